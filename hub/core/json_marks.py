"""Brackets and commas of a JSON text, found all at once: in bounded time, however deep they lie."""

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.uint8]


def levels_of(text: bytes) -> NDArray[np.int32]:
    """In how many arrays and objects each byte lies, brackets that open counted with their inside,
    brackets that close with their outside; strings aside."""
    step = outside(text, b"[{").astype(np.int8)
    step -= outside(text, b"]}")
    levels = step.astype(np.int32)
    return np.cumsum(levels, out=levels)


def outside(text: bytes, letters: bytes) -> NDArray[np.bool_]:
    """Where one of some letters stands outside of strings."""
    codes = np.frombuffer(text, np.uint8)
    quotes = codes == ord('"')
    if b"\\" in text:
        quotes[1:] &= ~_escapes(codes)[:-1]
    inside = np.logical_xor.accumulate(quotes)
    found = np.zeros(len(codes), np.bool_)
    for letter in letters:
        found |= codes == letter
    return found & ~inside


def _escapes(codes: Codes) -> NDArray[np.bool_]:
    """Whether each escapes the byte after it: it ends an odd number of backslashes."""
    slashes = codes == ord("\\")
    places = np.arange(len(codes), dtype=np.int32)
    last_other = np.maximum.accumulate(np.where(slashes, np.int32(-1), places))
    ends: NDArray[np.bool_] = slashes & (((places - last_other) & 1) == 1)
    return ends
