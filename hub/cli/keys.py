"""`hub keys`: who may send and read."""

from typing import Annotated

import typer

from hub.cli.connection import with_hub
from hub.cli.printing import console, listed
from hub.client import HubClient, HubError, json_of

_Expires = Annotated[
    str | None,
    typer.Option(help="Last day on which the key opens, 2027-12-31, or an instant; default never."),
]
_Force = Annotated[
    bool, typer.Option("--force", help="Even if no admin key is left that lasts as long.")
]


@with_hub
def create(
    hub: HubClient,
    role: Annotated[
        str,
        typer.Argument(
            metavar="ROLE",
            help="source (sends events of one source), reader (reads figures), or admin (all).",
        ),
    ],
    source: Annotated[
        str | None, typer.Option(help="The only source that a source key sends: /igate/cu-chi.")
    ] = None,
    unit: Annotated[
        list[str] | None,
        typer.Option(help="A unit of the key, with all below it, such as H29.17; repeatable."),
    ] = None,
    all_units: Annotated[
        bool, typer.Option("--all-units", help="Instead of --unit: the key is for every unit.")
    ] = False,
    label: Annotated[str, typer.Option(help='What it is for, such as "iGate, Củ Chi".')] = "",
    expires: _Expires = None,
    may_seal: Annotated[
        bool, typer.Option("--may-seal", help="A reader that may seal reports of its units.")
    ] = False,
) -> None:
    """Make a key. Standard output has the key alone; the hub does not show it again.

    Example: hub keys create source --source /igate/cu-chi --unit H29.17 > cu-chi.key
    """
    if unit and all_units:
        raise HubError("give either --unit or --all-units")
    new = {
        "role": role, "source": source, "units": [] if all_units else unit, "label": label,
        "expires": expires, "may_seal": may_seal,
    }  # fmt: skip
    made = json_of(hub.call("POST", "/v1/keys", json=new))
    typer.echo(made["key"])
    typer.echo(f"Key {made['id']} ({role}) was made; keep it, it is not shown again.", err=True)


@with_hub
def rotate(
    hub: HubClient,
    number: Annotated[int, typer.Argument(help="Its id in `hub keys list`: 3.")],
    overlap: Annotated[
        int, typer.Option(min=0, max=3650, help="Days for which the old key opens, too: 7.")
    ] = 7,
    expires: _Expires = None,
    force: _Force = False,
) -> None:
    """Make a new key with the rights of an old one, which goes on for some days.

    Standard output has the new key alone; the hub does not show it again. `hub keys list` tells
    when the old one was used last.

    Example: hub keys rotate 3 --overlap 14 > cu-chi.key
    """
    wanted = {"overlap_days": overlap, "expires": expires}
    path = f"/v1/keys/{number}/rotate"
    made = json_of(hub.call("POST", path, params={"force": force}, json=wanted))
    typer.echo(made["key"])
    told = f"Key {made['id']} follows key {number}, which opens for {overlap} days more"
    typer.echo(f"{told}; keep it, it is not shown again.", err=True)


@with_hub
def list_keys(hub: HubClient) -> None:
    """All keys, without their secrets.

    Example: hub keys list
    """
    names = (
        "id", "state", "role", "source", "units", "label", "created", "expires", "last_used",
        "revoked", "replaces",
    )  # fmt: skip
    rows = hub.get("/v1/keys")["keys"]
    console().print(listed(names, ([row[name] for name in names] for row in rows)))


@with_hub
def revoke(
    hub: HubClient,
    number: Annotated[int, typer.Argument(help="Its id in `hub keys list`: 3.")],
    force: _Force = False,
) -> None:
    """Revoke a key: from now on it opens nothing.

    Example: hub keys revoke 3
    """
    hub.call("DELETE", f"/v1/keys/{number}", params={"force": force})
    typer.echo(f"key {number} opens nothing any more")
