"""`hub dead-letters`: told, foretold, mended."""

import json
import threading
from pathlib import Path

from connectors.hub import HttpHub
from connectors.port import Fault, Unreadable
from hub.client import HubClient
from tests.cli.conftest import Run, event
from tests.eventually import eventually
from tests.hub_process import HubProcess

STATUS = {"source": "/mended/rows", "kind": "files"}


def test_a_letter_is_mended_after_it_was_foretold(
    run: Run, hub: HubProcess, tmp_path: Path
) -> None:
    bad = event("H9", "m-1", source="/mended", applicant="x")
    with HubClient(hub.url, hub.key) as client:
        kind = {"Content-Type": "application/cloudevents+json"}
        client.request("POST", "/v1/events", content=json.dumps(bad), headers=kind)
    (letter,) = run("dead-letters", "list", "--source", "/mended", "--json").stdout.splitlines()
    name = json.loads(letter)["id"]
    draft = json.loads(run("dead-letters", "mend", name).stdout)
    assert (draft["id"], draft["data"], draft["time"]) == ("m-1.received", {"unit": "H9"}, "")
    text = run("dead-letters", "notice", "--source", "/mended").stdout
    assert "Kính gửi: đơn vị vận hành nguồn /mended" in text
    assert "/data/applicant" in text
    file = tmp_path / "mended.json"
    file.write_text(json.dumps(draft))
    refused = run("dead-letters", "mend", name, str(file))
    assert refused.exit_code == 2
    assert "/type" in refused.stderr
    good = event("H9", "m-1", source="/mended")
    told = run("dead-letters", "mend", name, "-", "--plan", given=json.dumps(good)).stdout
    assert "1 event would be sent, 0 left" in told
    assert "received_total" in told
    assert run("dead-letters", "list", "--source", "/mended", "--json").stdout
    done = run("dead-letters", "mend", name, "-", given=json.dumps(good))
    assert done.stdout == f"{name}: mended by /mended m-1.received\n"
    assert run("dead-letters", "list", "--source", "/mended", "--json").stdout == ""
    mended = run("dead-letters", "list", "--source", "/mended", "--status", "mended", "--json")
    assert json.loads(mended.stdout)["mended_by"]["id"] == "m-1.received"
    assert "dead_letter" in run("trail", "--kind", "dead_letter").stdout


def test_what_a_file_would_change_its_connector_tells(run: Run, hub: HubProcess) -> None:
    with HubClient(hub.url, hub.key) as client:
        connector = HttpHub(client)
        connector.hold("of-files", "o", STATUS)
        fault = Fault("trang_thai", "unmapped", "has no value in `map`; add it")
        rows = [Unreadable(f"k{n}", f"ho-so.csv:{n}", (fault,)) for n in range(3)]
        connector.save("of-files", "o", None, {}, [], rows, [])
        listed = run("dead-letters", "groups", "--source", "/mended/rows", "--files").stdout
        assert "ho-so.csv" in listed
        asked: list[tuple[str, list[str]]] = []

        def answer() -> None:
            def question() -> bool:
                found = connector.hold("of-files", "o", STATUS).asked
                asked.extend([found] if found else [])  # type: ignore[list-item]
                return bool(asked)

            eventually(question)
            one = event("H9", "m-2", source="/mended/rows")
            would = {"token": asked[0][0], "added": 1, "only_added": 1, "refused": 2}
            connector.tell("of-files", "o", would | {"events": [one]})

        thread = threading.Thread(target=answer)
        thread.start()
        told = run("dead-letters", "replay", "--file", "ho-so.csv", "--plan")
        thread.join()
    assert told.exit_code == 0, told.stderr
    assert asked[0][1] == ["k0", "k1", "k2"]
    assert "3 rows would be read again by of-files:\n  2 rows would be refused again" in told.stdout
    assert "received_total" in told.stdout
    with HubClient(hub.url, hub.key) as client:
        connector = HttpHub(client)
        connector.hold("of-files", "o", STATUS, 0)
    nobody = run("dead-letters", "replay", "--file", "ho-so.csv", "--plan")
    assert nobody.exit_code == 2
    assert "it does not run" in nobody.stderr
    done = run("dead-letters", "discard", "--file", "ho-so.csv")
    assert done.stdout == "3 discarded\n"
    for words in (("replay", "x", "--file", "f"), ("replay",), ("notice",), ("mend", "no-id", "-")):
        assert run("dead-letters", *words, given="{}").exit_code == 2
