"""A hub over HTTP, for programs: questions with a key, files of events, sending without loss;
`hub.client.tables` has answers as typed objects and tables.

>>> from hub.client import HubClient
>>> with HubClient("http://127.0.0.1:8000", key) as hub:  # doctest: +SKIP
...     figures = hub.get("/v1/figures", unit="H29", period="2026-Q1")

httpx is imported where it is used, so that commands that need no hub stay quick.
"""

from hub.client.http import HubClient, HubError, UnreachableError, json_of, problem_text
from hub.client.reading import EventFile, Item, Refused, batches
from hub.client.sending import Sender, Sent

__all__ = [
    "EventFile",
    "HubClient",
    "HubError",
    "Item",
    "Refused",
    "Sender",
    "Sent",
    "UnreachableError",
    "batches",
    "json_of",
    "problem_text",
]
