"""A seal: a signed statement about the bytes of a report, which holds the hash of the seal before.

Whoever has a seal file can check it without a hub: what it says, by whom it was signed, and that no
byte of it was changed.
"""

import hashlib
import io
import zipfile
from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

Json = dict[str, Any]
FORMAT = "motcua-seal-1"
_STATEMENT, _SIGNATURE, _PUBLIC = "statement.json", "signature.txt", "public-key.txt"
_DATE = (1980, 1, 1, 0, 0, 0)
_MOST_BYTES = 2**30


class SealFileError(ValueError):
    """What was given is no seal file; the text says why and what to do."""


class SealFile(NamedTuple):
    """All of a seal. `parts`: by name, what the statement names with its hash."""

    statement: bytes
    signature: str
    public_key: str
    parts: Mapping[str, bytes]

    @property
    def said(self) -> Json:
        """What the statement says."""
        found: Json = orjson.loads(self.statement)
        return found


def digest(data: bytes) -> str:
    """The SHA-256 of some bytes, in hex."""
    return hashlib.sha256(data).hexdigest()


def statement_of(said: Mapping[str, Any]) -> bytes:
    """The bytes that are signed: the same for the same statement."""
    return orjson.dumps(dict(said), option=orjson.OPT_SORT_KEYS)


def name_of(number: int, statement: bytes) -> str:
    """The id of a seal: its place in the chain, and the beginning of its hash."""
    return f"{number}-{digest(statement)[:12]}"


def sign(private: str, statement: bytes) -> str:
    """The signature by a private key (hex), in hex."""
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(private))
    return key.sign(statement).hex()


def is_signed(public: str, signature: str, statement: bytes) -> bool:
    """Whether a signature over a statement is that of a public key (hex)."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
        key.verify(bytes.fromhex(signature), statement)
    except (ValueError, InvalidSignature):
        return False
    return True


def pack(seal: SealFile) -> bytes:
    """A seal as one file, a ZIP; the same bytes for the same seal."""
    out = io.BytesIO()
    texts = {_SIGNATURE: f"{seal.signature}\n", _PUBLIC: f"{seal.public_key}\n"}
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(_entry(_STATEMENT), seal.statement)
        for name, text in texts.items():
            archive.writestr(_entry(name), text)
        for name, data in sorted(seal.parts.items()):
            archive.writestr(_entry(name), data)
    return out.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    """Not packed, and of one kind of system: else the bytes were those of a library's release."""
    entry = zipfile.ZipInfo(name, _DATE)
    entry.create_system = 3
    return entry


def unpack(data: bytes) -> SealFile:
    """What a seal file holds. Raises `SealFileError`."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(it.file_size for it in archive.infolist()) > _MOST_BYTES:
                raise SealFileError("is too large for a seal file")
            found = {name: archive.read(name) for name in archive.namelist()}
        statement = found.pop(_STATEMENT)
        signature, public = (found.pop(name).decode().strip() for name in (_SIGNATURE, _PUBLIC))
    except SealFileError:
        raise
    except Exception:  # noqa: BLE001 # a broken archive raises what it likes
        raise SealFileError(
            "is no seal file, or was changed; get it by format=seal, or by `hub report seal --out`"
        ) from None
    return SealFile(statement, signature, public, found)


def faults_of(seal: SealFile) -> list[str]:
    """What of a seal does not fit together; nothing, where it is whole."""
    if not is_signed(seal.public_key, seal.signature, seal.statement):
        return ["the signature is not that of the statement by this public key"]
    said, found = seal.said, []
    if said.get("format") != FORMAT:
        return [f"the statement is not of the format {FORMAT}"]
    if said["public_key"] != seal.public_key:
        found.append("the statement names another public key")
    named = {name: it["sha256"] for name, it in said["parts"].items()}
    for name, wanted in named.items():
        if name not in seal.parts:
            found.append(f"{name} is missing")
        elif digest(seal.parts[name]) != wanted:
            found.append(f"{name} is not as it was sealed")
    return found + [f"{name} is not part of the seal" for name in seal.parts if name not in named]


def check_file(data: bytes) -> tuple[SealFile, list[str]]:
    """A seal file, and what of it is not as the hub wrote it. Raises `SealFileError`."""
    seal = unpack(data)
    found = faults_of(seal)
    if not found and pack(seal) != data:
        found.append("bytes between its parts were changed; its content is whole")
    return seal, found
