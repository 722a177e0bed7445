"""Keys: made once, found by their secret alone, never for more than was said."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Engine, text

from hub.registry import Key, Keys, Registry, RegistryError
from hub.registry.sql import open_engine

NO_SENSE: list[tuple[Any, dict[str, Any], str]] = [
    ("root", {}, "/role"),
    ("source", {"units": ()}, "/source"),
    ("source", {"units": (), "source": "/hub"}, "/source"),
    ("source", {"units": (), "source": "/a b"}, "/source"),
    ("source", {"units": (), "source": "/" + "a" * 200}, "/source"),
    ("reader", {"units": (), "source": "/a"}, "/source"),
    ("reader", {}, "/units"),
    ("source", {"source": "/a"}, "/units"),
    ("reader", {"units": ("H 29",)}, "/units"),
    ("admin", {"units": ("H29",)}, "/units"),
    ("admin", {"label": "a\x00b"}, "/label"),
]


class TestKeys:
    def test_a_key_is_found_by_its_secret_until_revoked(
        self, registry: Registry, other: Registry
    ) -> None:
        assert registry.keys.find("hub_x") is None
        admin, admin_secret = registry.keys.create("admin", label="first")
        key, secret = registry.keys.create("source", source="/igate/cu-chi", units=["H29.17"])
        assert (key.role, key.source, key.units) == ("source", "/igate/cu-chi", ("H29.17",))
        assert registry.keys.find(secret) == other.keys.find(secret) == key
        assert registry.keys.find(admin_secret) == admin
        registry.keys.revoke(key.id)
        assert registry.keys.find(secret) is None
        assert registry.keys.find(admin_secret) == admin

        revoked = registry.keys.all()[1]
        assert revoked.revoked is not None
        assert revoked.revoked >= key.created
        registry.keys.revoke(key.id)
        assert registry.keys.all() == [admin, revoked]

    def test_secrets_are_long_random_and_not_stored(self, registry: Registry, url: str) -> None:
        secrets = {registry.keys.create("reader", units=())[1] for _ in range(3)}
        assert len(secrets) == 3
        assert all(s.startswith("hub_") and len(s) == 47 for s in secrets)
        engine = open_engine(url)
        stored = _everything(engine)
        engine.dispose()
        assert not any(secret in stored or secret[4:] in stored for secret in secrets)

    def test_no_near_miss_opens(self, registry: Registry) -> None:
        _, secret = registry.keys.create("admin")
        for wrong in ("", secret[:-1], secret + " ", secret.lower(), "hub_đ", "hub_\udc80"):
            assert registry.keys.find(wrong) is None

    def test_what_makes_no_sense_is_refused(self, registry: Registry) -> None:
        for role, options, pointer in NO_SENSE:
            with pytest.raises(RegistryError) as refused:
                registry.keys.create(role, **options)
            assert (role, options, refused.value.pointer) == (role, options, pointer)
        assert registry.keys.all() == []

    def test_an_unknown_key_cannot_be_revoked(self, registry: Registry) -> None:
        for number in (0, 1, -1, 2**31, 10**30):
            with pytest.raises(RegistryError, match="no such key"):
                registry.keys.revoke(number)

    def test_threads_that_make_use_and_revoke_keys_at_once(self, registry: Registry) -> None:
        def use(number: int) -> tuple[Key, str]:
            key, secret = registry.keys.create("reader", units=(), label=str(number))
            assert registry.keys.find(secret) == key
            if number % 2:
                registry.keys.revoke(key.id)
                assert registry.keys.find(secret) is None
            return key, secret

        with ThreadPoolExecutor(8) as pool:
            made = list(pool.map(use, range(40)))
        assert len({key.id for key, _ in made}) == 40
        for key, secret in made:
            assert registry.keys.find(secret) == (None if int(key.label) % 2 else key)


def test_moments_come_from_the_clock_that_is_given(url: str, registry: Registry) -> None:
    engine = open_engine(url)
    keys = Keys(engine, now=lambda: 42)
    key, _ = keys.create("admin")
    keys.revoke(key.id, force=True)
    engine.dispose()
    assert [(k.created, k.revoked) for k in registry.keys.all()] == [(42, 42)]


def test_a_shared_database_is_read_again_so_a_key_revoked_elsewhere_ends(
    registry: Registry, other: Registry, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    key, secret = registry.keys.create("admin")
    assert other.keys.find(secret) == key
    registry.keys.revoke(key.id, force=True)
    later = [0.0]
    monkeypatch.setattr("hub.registry.sql.time.monotonic", lambda: 1e9 + later[0])
    # An SQLite file has one process, which forgets at every write: nothing to read again.
    assert other.keys.find(secret) == (key if url.startswith("sqlite") else None)


def _everything(engine: Engine) -> str:
    with engine.connect() as connection:
        return str(connection.execute(text("SELECT * FROM keys")).all())
