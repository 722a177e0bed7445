"""The forms in which an answer may be had: a table of media types, from which `Accept` chooses."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from fastapi import Request, Response

from hub.api.bodies import JSON

CSV = "text/csv"
Renderings = Mapping[str, Callable[[], bytes | str]]
"""The body by media type; the first one is for who names none."""


def rendered(
    request: Request, forms: Renderings, chosen: str | None = None,
    filenames: Mapping[str, str] = MappingProxyType({}),
) -> Response:  # fmt: skip
    """The answer in the form that was chosen, else the one that `Accept` prefers; `filenames`: what
    those are called that are kept as files, by media type."""
    media_type = chosen or preferred(request.headers.get("accept", "*/*"), *forms)
    body = forms[media_type]()
    charset = "; charset=utf-8" if media_type.startswith("text/") else ""
    headers = {"Vary": "Accept"}
    if filename := filenames.get(media_type):
        headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return Response(body, 200, headers, media_type + charset)


def preferred(accept: str, usual: str, *others: str) -> str:
    """Which of the media types `Accept` puts first (RFC 9110 §12.5.1); `usual` where it names none
    of the others.

    >>> preferred("text/csv, */*;q=0.5", "application/json", "text/csv")
    'text/csv'
    >>> preferred("*/*", "application/json", "text/csv")
    'application/json'
    """
    quality = _qualities(accept)
    found, best = usual, _quality(usual, quality, quality.get("*/*", 0.0))
    for other in others:
        wanted = _quality(other, quality, 0.0)
        if wanted > best or (wanted == best > 0 and usual not in quality and found == usual):
            found, best = other, wanted
    return found


def _qualities(accept: str) -> dict[str, float]:
    quality: dict[str, float] = {}
    for choice in accept.lower().split(","):
        media_type, *rest = (part.strip() for part in choice.split(";"))
        found = (re.fullmatch(r"q=([01](?:\.[0-9]{0,3})?)", part) for part in rest)
        quality[media_type] = next((float(match[1]) for match in found if match), 1.0)
    return quality


def _quality(media_type: str, quality: Mapping[str, float], otherwise: float) -> float:
    group = media_type.partition("/")[0] + "/*"
    return quality.get(media_type, quality.get(group, otherwise))


__all__ = ["CSV", "JSON", "Renderings", "preferred", "rendered"]
