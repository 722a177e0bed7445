"""The groups of calls in the OpenAPI document, in their order."""

from typing import TypedDict


class Tag(TypedDict):
    """A group, as OpenAPI has it."""

    name: str
    description: str


TAGS: list[Tag] = [
    {"name": "events", "description": "The door for events"},
    {"name": "figures", "description": "Figures of units in a period"},
    {"name": "dossiers", "description": "The dossiers behind a figure, and one with its events"},
    {"name": "reports", "description": "Finished reports, and the forms they are made by"},
    {"name": "signals", "description": "Dossiers to look at again; no verdicts"},
    {"name": "export", "description": "Tables for programs that analyse: Parquet, Arrow, CSV"},
    {"name": "board", "description": "What is overdue, and what soon will be"},
    {"name": "dead letters", "description": "What was refused, and why"},
    {
        "name": "registry",
        "description": "Units, procedures, sources, keys, and the trail of changes",
    },
    {"name": "connectors", "description": "What reads the systems of others, and what it asks"},
    {"name": "backup", "description": "What `hub backup` keeps, while the hub runs"},
    {"name": "health", "description": "Alive, ready, metrics"},
]
