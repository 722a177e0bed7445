"""Forms of an office's own over HTTP: kept by version, checked, and chosen by the period."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hub.api.context import Hub
from hub.processes.own_forms import keep_forms, read_forms
from hub.processes.places import StartError
from hub.processes.serve import embedded_hub
from hub.registry import Actor
from hub.registry.forms import OwnForm
from hub.reports.bundled import bundled
from hub.reports.form import loads
from hub.reports.versions import at, versions
from tests.api.conftest import listening
from tests.api.speaking import Speaker

Json = dict[str, Any]
BY = Actor("hub", "test")
FORM = """\
form: {form}
version: "{version}"
title: {title}
valid: {{from: {start}}}
sections:
- values: v
  rows:
  - {{key: a, figure: received_total}}
"""


def text(version: str, start: str, form: str = "a-1", title: str = "A") -> str:
    return FORM.format(form=form, version=version, start=start, title=title)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with embedded_hub(tmp_path_factory.mktemp("hub")) as opened:
        yield opened


@pytest.fixture(scope="module")
def admin(hub: Hub) -> Iterator[Speaker]:
    _, secret = hub.registry.keys.create("admin")
    with listening(hub) as client:
        yield Speaker(client, secret)


def put(admin: Speaker, form: str, content: str | bytes, kind: str = "application/yaml") -> Any:
    content = content.encode() if isinstance(content, str) else content
    headers = admin.headers | {"Content-Type": kind}
    path = f"/v1/forms/{form}"
    before = admin.ask(path).text
    dry = admin.client.put(f"{path}?dry_run=true", content=content, headers=headers)
    assert admin.ask(path).text == before, "a dry run keeps nothing"
    answer = admin.client.put(path, content=content, headers=headers)
    assert (dry.status_code, dry.text) == (answer.status_code, answer.text)
    return answer


def version_of(admin: Speaker, form: str, **asked: str) -> str:
    answer = admin.ask(f"/v1/reports/{form}", **asked)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["version"])


def test_the_version_of_a_report_is_the_one_in_force_when_its_period_ends(admin: Speaker) -> None:
    for version, start in (("9", "2020-01-01"), ("10", "2020-01-01"), ("8", "2021-04-01")):
        answer = put(admin, "a-1", text(version, start))
        assert answer.json() == {
            "form": "a-1", "version": version, "valid_from": start, "valid_to": None,
            "bundled": False, "stored": True, "remarks": [], "remarks_say": [],
        }  # fmt: skip
    told = {"2020-Q1": "10", "2021-Q1": "10", "2021-H1": "8", "2022": "8", "2019": "9"}
    for period, version in told.items():
        assert version_of(admin, "a-1", period=period) == version, period
    # in nd09 2021-03 ends on 14 March, before the new version; 1 April lies in 2021-04
    assert version_of(admin, "a-1", period="2021-04", calendar="nd09") == "8"
    assert version_of(admin, "a-1", **{"from": "2021-03-01", "to": "2021-03-31"}) == "10"
    before = admin.ask("/v1/reports/a-1", period="2019").json()
    checks = {it["id"]: it["result"] for it in before["checks"]}
    assert checks["mau_hieu_luc"] == "false"  # none was in force: the nearest, and it says so
    assert before["verdict"] == "valid"


def test_each_version_is_told_with_its_text(admin: Speaker) -> None:
    own = text("1", "2020-01-01", "own")
    assert put(admin, "own", own).status_code == 200
    assert put(admin, "own", text("2", "2999-01-01", "own")).status_code == 200
    told = admin.ask("/v1/forms/own").json()
    assert told["version"] == "1"
    assert [it["version"] for it in told["versions"]] == ["1", "2"]
    assert admin.ask("/v1/forms/own", version="2").json()["version"] == "2"
    answer = admin.client.get(
        "/v1/forms/own", headers=admin.headers | {"Accept": "application/yaml"}
    )
    assert answer.text == own
    unknown = admin.ask("/v1/forms/own", version="3")
    assert (unknown.status_code, "known: 1, 2" in unknown.text) == (404, True)
    (line,) = [it for it in admin.ask("/v1/reports").json()["reports"] if it["form"] == "own"]
    assert line["versions"] == told["versions"]


def test_a_bundled_form_gives_way_to_a_newer_version_of_ones_own(admin: Speaker) -> None:
    bundled_ = bundled()["vpcp-06a"]
    taken = put(admin, "vpcp-06a", bundled_.source + "\n# changed\n")
    assert taken.status_code == 409
    assert "new version" in taken.text
    assert put(admin, "vpcp-06a", bundled_.source).json()["stored"] is False
    own = bundled_.source.replace(f'"{bundled_.version}"', '"2024-01"').replace(
        "2018-01-01", "2024-01-01")  # fmt: skip
    assert put(admin, "vpcp-06a", own).status_code == 200
    assert version_of(admin, "vpcp-06a", period="2023") == bundled_.version
    assert version_of(admin, "vpcp-06a", period="2024") == "2024-01"


C = text("1", "2020-01-01", "c")
BOMB = "form: b\na: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{','.join([f'*{old}'] * 10)}]\n"
    for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)  # fmt: skip


@pytest.mark.parametrize(
    ("content", "status", "line", "says"),
    [
        (C.replace("received_total", "received"), 422, 8, "has no figure"),
        (text("1", "2020-01-01", "other"), 422, None, "put it under its own name"),
        (text("1 a", "2020-01-01", "c"), 422, 2, "is no version"),
        (text("1", "2020-01-01, to: 2019-01-01", "c"), 422, 4, "ends before it begins"),
        (b"\xff\xfe", 400, None, "UTF-8"),
        ("x" * 1_000_001, 422, 0, "is over 1 MB"),
        (BOMB, 422, None, "too many parts"),
        ("[" * 400_000, 422, 1, "nested too deeply"),
        ("form: c\na: " + "[" * 40 + "]" * 40, 422, 2, "nested too deeply"),
        *(
            (C + f"  - {{key: b, formula: {deep!r}}}\n", 422, 9, says)
            for deep, says in (
                *((it, "nested too deeply") for it in ("-" * 900 + "a", "a+" * 900 + "a")),
                *((it, "nested too deeply") for it in ("a" + ".a" * 900, "not " * 400 + "a")),
                ("(" * 900 + "a" + ")" * 900, "no formula"),
            )
        ),
        (C + "  - {key: b, formula: b + 1}\n", 422, 6, "made of themselves: v.b.value"),
        (
            C + "- paragraph: p\n  text: '" + "{if a > 0: " * 900
            + "}" * 900 + "'\n", 422, 10, "nested too deeply",
        ),
    ],
)  # fmt: skip
def test_what_is_no_form_is_refused_with_line_and_key(
    admin: Speaker, content: Any, status: int, line: int | None, says: str
) -> None:
    answer = put(admin, "c", content)
    assert answer.status_code == status, answer.text
    assert says in answer.text
    if line is not None:
        told = [it for it in answer.json()["errors"] if says in it["message"]]
        assert told[0]["line"] == line
    assert admin.ask("/v1/forms/c").status_code == 404


def test_only_an_admin_puts_and_only_yaml(hub: Hub, admin: Speaker) -> None:
    _, secret = hub.registry.keys.create("reader", units=())
    own = text("1", "2020-01-01", "d")
    assert put(admin.with_key(secret), "d", own).status_code == 403
    assert put(admin, "d", own, "text/csv").status_code == 415


def test_a_long_chain_of_cells_is_reckoned(admin: Speaker) -> None:
    rows = [f"  - {{key: r{n}, formula: r{n - 1} + a}}\n" for n in range(1, 900)]
    long = text("1", "2020-01-01", "long") + "  - {key: r0, formula: a}\n" + "".join(reversed(rows))
    assert put(admin, "long", long).status_code == 200
    found = admin.ask("/v1/reports/long", period="2020").json()
    assert found["sections"][0]["rows"][2]["cells"]["value"]["value"] == 0


def test_a_folder_is_kept_at_the_start(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(StartError, match="is no folder"):
        read_forms(tmp_path / "no")
    file = tmp_path / "f.yaml"
    file.write_text(text("1", "2020-01-01", "from-folder"))
    (tmp_path / "notes.txt").write_text("x")
    for _ in range(2):
        keep_forms(hub.registry, read_forms(tmp_path))
    assert at(versions(hub.registry)["from-folder"], date(2020, 1, 1)).source == file.read_text()
    file.write_text(text("1", "2020-01-01", "from-folder", title="B"))
    with pytest.raises(StartError, match="give the changed form a new version"):
        keep_forms(hub.registry, read_forms(tmp_path))
    file.write_text("form: x\n")
    with pytest.raises(StartError, match=r"f\.yaml"):
        read_forms(tmp_path)


def test_what_a_hub_has_taken_stays_though_a_new_form_is_refused(
    hub: Hub, admin: Speaker, tmp_path: Path
) -> None:
    ignores = text("1", "2020-01-01", "old").replace("received_total", "refused, keep: sum")
    hub.registry.forms.put([OwnForm("old", "1", date(2020, 1, 1), None, ignores)], BY)
    (tmp_path / "old.yaml").write_text(ignores)
    keep_forms(hub.registry, read_forms(tmp_path))
    (remark,) = admin.ask("/v1/forms/old").json()["remarks"]
    assert "line 8, sections[1].rows[1].keep: counts in no cell" in remark
    assert admin.ask("/v1/reports/old", period="2020").status_code == 200
    assert put(admin, "old", ignores).json()["stored"] is False
    new = ignores.replace('version: "1"', 'version: "2"')
    (fault,) = put(admin, "old", new).json()["errors"]
    assert (fault["line"], fault["says"]["code"]) == (8, "counts-nowhere")
    (tmp_path / "new.yaml").write_text(new)
    with pytest.raises(StartError, match="old 2:8"):
        keep_forms(hub.registry, read_forms(tmp_path))


def test_loads_gives_the_same_form_again() -> None:
    form = loads(text("1", "2020-01-01"), "a.yaml")
    assert loads(form.source, "b.yaml").document == form.document
