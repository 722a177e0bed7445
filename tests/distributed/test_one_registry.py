"""A registry is one hub's: not of another topic, not of another store's workers, not of `serve`."""

import os

from tests.distributed.conftest import Make
from tests.eventually import DEADLINE
from tests.forked import ended


def test_a_registry_of_another_hub_is_refused_until_it_is_taken(make: Make) -> None:
    hub, other, beside = make(), make(), make(HUB_WORKER_GROUP="others")
    other.env["HUB_TOPIC_PREFIX"] = f"{other.prefix}other-"
    for one in (other, beside):
        one.env["HUB_REGISTRY"] = hub.env["HUB_REGISTRY"]
    code, said = hub.run("api")
    assert (code, "run `hub migrate`" in said) == (2, True), said
    hub.migrate()
    hub.migrate()
    hub.worker().wait_for("takes")
    hub.api()

    code, said = other.run("migrate")
    assert code == 2, said
    assert f"belongs to the hub of {hub.topic} (id " in said
    assert "hub migrate --take-registry" in said
    for command in ("worker", "api"):
        code, said = other.run(command)
        assert (code, "belongs to the hub of" in said) == (2, True), said
    beside.migrate()
    code, said = beside.run("worker")
    assert (code, "HUB_WORKER_GROUP" in said) == (2, True), said
    words = ("serve", "--port", "0", "--data", str(hub.folder / "data"))
    registry = {"HUB_REGISTRY": hub.env["HUB_REGISTRY"]}
    serve = ended(*words, env=os.environ | registry, timeout=DEADLINE)
    assert (serve.returncode, "registry of its own" in serve.stderr) == (2, True), serve.stderr

    for child in hub.children:
        child.end()
    code, said = other.run("migrate", "--take-registry")
    assert code == 0, said
    other.worker().wait_for("takes")
    other.api()
    code, said = hub.run("api")
    assert (code, "belongs to the hub of" in said) == (2, True), said
