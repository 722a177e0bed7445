"""What a person confirmed of a sheet goes for the next one, is told so, and can be forgotten."""

from typing import Any

from typer.testing import CliRunner

from hub.api.context import Hub
from hub.cli.main import create_app
from hub.core.csv_text import write_rows
from tests.api.speaking import Speaker
from tests.api.test_reconcile import ASKED, Json, admin, held, hub

ALIASES = "/v1/forms/vpcp-06a/aliases"
ROW = "don_vi:H29.17.01"
__all__ = ["admin", "hub"]


def sheet(speaker: Speaker, called: str = "TT. Củ Chi", twice: bool = False) -> bytes:
    """The hub's own numbers under other names, in columns that have headings of their own."""
    asked = {name: value for name, value in ASKED.items() if name != "form"}
    report = speaker.ask("/v1/reports/vpcp-06a", **asked).json()
    section = report["sections"][0]
    keys = [it["key"] for it in section["columns"] if it["is"] == "value"]
    rows: list[list[Any]] = [["Tên đơn vị", *(f"Cột {key}" for key in keys)]]
    for row in section["rows"]:
        label = called if row["label"] == "Thị trấn Củ Chi" else row["label"]
        rows.append([label, *(row["cells"][key]["value"] for key in keys)])
    rows += [rows[-1][:1] and [called, *rows[-1][1:]]] if twice else []
    return write_rows(rows).encode()


def put(speaker: Speaker, *said: Json) -> Any:
    return speaker.client.put(ALIASES, json=list(said), headers=speaker.headers)


def test_what_was_confirmed_goes_for_the_next_sheet(hub: Hub, admin: Speaker) -> None:
    first = held(admin, sheet(admin))["sheets"][0]
    (unknown,) = first["unknown"]
    assert (unknown["label"], first["rows_said"], first["confirmed"]) == ("TT. Củ Chi", [], False)
    (key,) = (it for it in unknown["may_be"] if it.endswith(":H29.17.01"))
    said = [
        {"section": "don_vi", "kind": "row", "label": unknown["label"], "key": key},
        *({"section": "don_vi", "kind": "column", "label": it["heading"], "key": it["as"]}
          for it in first["columns"]),
    ]  # fmt: skip
    assert put(admin, *said).json() == {"changed": len(said)}
    assert put(admin, *said).json() == {"changed": 0}
    found = held(admin, sheet(admin, "  tt củ chi "))
    again = found["sheets"][0]
    assert (again["unknown"], again["confirmed"]) == ([], True)
    assert {it["how"] for it in again["columns"]} == {"remembered"}
    assert [(it["as"], it["since"] is None) for it in again["rows_said"]] == [(key, False)]
    assert found["differences"] == []
    assert found["compared"] > 20
    # a label that stands there twice may be either
    assert held(admin, sheet(admin, twice=True))["sheets"][0]["rows_said"] == []
    # what is said of this sheet goes before
    other = key.replace("01", "02")
    told = held(admin, sheet(admin), row=[f"{unknown['row']}={other}"])["sheets"][0]["rows_said"]
    assert [(it["as"], it["since"]) for it in told] == [(other, None)]

    labels = [it["label"] for it in admin.ask(ALIASES).json()["aliases"]]
    assert "tt cu chi" in labels
    assert put(admin, said[0] | {"key": None}).json() == {"changed": 1}
    assert len(held(admin, sheet(admin))["sheets"][0]["unknown"]) == 1
    assert put(admin, *({**it, "key": None} for it in said)).json() == {"changed": len(said) - 1}
    assert admin.ask(ALIASES).json() == {"aliases": []}


def test_what_makes_no_sense_is_refused_by_place(hub: Hub, admin: Speaker) -> None:
    good = {"section": "don_vi", "kind": "row", "label": "A", "key": None}
    wrong: list[tuple[list[Json], str]] = [
        ([good, good | {"key": "khong-co"}], "/1/key"),
        ([good | {"kind": "column", "key": "khong-co"}], "/0/key"),
        ([good | {"section": "x", "key": "tong"}], "/0/key"),
        ([good | {"label": " - "}], "/0/label"),
        ([good | {"kind": "sheet"}], "/0/kind"),
        ([good | {"more": 1}], "/0/more"),
        ([good, good], ""),
        ([good] * 501, ""),
    ]  # fmt: skip
    for said, pointer in wrong:
        answer = put(admin, *said)
        assert answer.status_code == 422, said[0]
        assert answer.json()["errors"][0]["pointer"] == pointer
    assert admin.client.get("/v1/forms/x/aliases", headers=admin.headers).status_code == 404
    _, secret = hub.registry.keys.create("reader", units=[])
    reader = Speaker(admin.client, secret)
    assert put(reader, good).status_code == 403
    assert reader.ask(ALIASES).json() == {"aliases": []}
    _, secret = hub.registry.keys.create("reader", units=[], may_seal=True)
    assert put(Speaker(admin.client, secret), good).json() == {"changed": 0}


def test_by_command(admin: Speaker, tmp_path: Any) -> None:
    file = tmp_path / "theirs.csv"
    file.write_bytes(sheet(admin))
    first = held(admin, file.read_bytes())["sheets"][0]
    row = first["unknown"][0]
    reached = {"HUB_URL": str(admin.client.base_url), "HUB_KEY": admin.headers["Authorization"][7:]}
    words = ["--form", "vpcp-06a", "--unit", "H29", "--period", "2020-Q1", "--remember",
             "--row", f"{row['row']}={row['may_be'][0]}"]  # fmt: skip
    run = CliRunner().invoke(create_app(), ["reconcile", str(file), *words], env=reached)
    assert "1 names remembered" in run.output
    run = CliRunner().invoke(create_app(), ["reconcile", str(file), *words[:6]], env=reached)
    assert f"as confirmed before: {row['row']}={row['may_be'][0]}" in run.output
    forget = ["report", "aliases", "vpcp-06a", "--forget", "tt cu chi"]
    run = CliRunner().invoke(create_app(), forget, env=reached)
    assert run.exit_code == 0, run.output
    assert admin.ask(ALIASES).json() == {"aliases": []}
    run = CliRunner().invoke(create_app(), forget, env=reached)
    assert run.exit_code == 2
    assert "nothing is called tt cu chi" in run.output
