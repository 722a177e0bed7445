"""What to tell who runs a source about its refused events and rows, ready to send."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from hub.api.access import AnyKey
from hub.api.asking import StrictRoute
from hub.api.context import hub_of
from hub.api.dead_letters import File, Reason, Source, check_named, seen_by
from hub.api.letter_groups import open_letters
from hub.core.csv_text import write_rows
from hub.core.time import rfc3339
from hub.registry import DeadLetter
from hub.web.refusals import called, sentence

router = APIRouter(prefix="/v1/dead-letters", tags=["dead letters"], route_class=StrictRoute)
_MOST_REASONS, _MOST_PLACES = 20, 20


@router.get("/notice")
async def get_notice(
    request: Request, key: AnyKey, reason: Reason = None, source: Source = None, file: File = None
) -> dict[str, Any]:
    """A text in Vietnamese for who runs a source: how many open letters, why, where, what to do.

    It holds no value of a refused event or row: only what identifies events, rows and files.
    """
    hub = hub_of(request)
    check_named(source, reason, file)
    letters = await open_letters(hub, seen_by(hub, key, source), reason, file)
    known = await run_in_threadpool(hub.registry.sources.get, source) if source else None
    name = f"{known.name} ({source})" if known and known.name != source else source
    return {"letters": len(letters), "text": "\n".join(_lines(name, file, letters))}


@router.get("/export", response_class=Response)
async def get_export(
    request: Request, key: AnyKey, reason: Reason = None, source: Source = None, file: File = None
) -> Response:
    """Open letters as CSV for who runs a source, 10,000 at most: which, why, what to do.

    No value of a refused event or row is in it; `in_vietnamese` is what `message` says.
    """
    hub = hub_of(request)
    check_named(source, reason, file)
    letters = await open_letters(hub, seen_by(hub, key, source), reason, file)
    head = ("id", "source", "unit", "subject", "event_id", "origin", "file", "times", "last_seen")
    of_error = ("pointer", "code", "message")
    rows = [
        [
            *(getattr(letter, name) for name in head[:-1]),
            rfc3339(letter.last_seen),
            *(error[name] for name in of_error),
            sentence(**{name: error[name] for name in of_error}),
        ]
        for letter in letters
        for error in letter.errors
    ]
    text = write_rows([(*head, *of_error, "in_vietnamese"), *rows])
    named = {"Content-Disposition": 'attachment; filename="letters.csv"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=named)


def _lines(name: str | None, file: str | None, letters: Sequence[DeadLetter]) -> Iterator[str]:
    whose = f"nguồn {name}" if name else "các nguồn dữ liệu"
    yield f"Kính gửi: đơn vị vận hành {whose}"
    yield ""
    of_file = f" trong tệp {file}" if file else ""
    if not letters:
        yield f"Hiện không có tin nào{of_file} bị từ chối."
        return
    first, last = min(it.first_seen for it in letters), max(it.last_seen for it in letters)
    yield (
        f"Trung tâm dữ liệu một cửa chưa nhận được {len(letters)} tin{of_file}, gửi từ "
        f"{_local(first)} đến {_local(last)}, vì các lý do sau:"
    )
    reasons = _reasons(letters)
    for number, ((code, pointer), (count, message)) in enumerate(reasons[:_MOST_REASONS], 1):
        where = f"{pointer}: " if pointer else ""
        yield f"{number}. {called(code)} – {where}{sentence(code, pointer, message)} ({count} tin)"
    if len(reasons) > _MOST_REASONS:
        yield f"và {len(reasons) - _MOST_REASONS} lý do khác."
    yield ""
    yield "Các tin đó:"
    places = [place for letter in letters if (place := _place(letter))]
    yield from (f"- {place}" for place in places[:_MOST_PLACES])
    if more := len(letters) - len(places[:_MOST_PLACES]):
        yield f"- và {more} tin nữa (danh sách đầy đủ trong tệp CSV kèm theo)"
    yield ""
    yield "Đề nghị sửa tại phần mềm nguồn rồi gửi lại. Văn bản này không chứa giá trị của các tin."


def _reasons(letters: Iterable[DeadLetter]) -> list[tuple[tuple[str, str], tuple[int, str]]]:
    """By code and place: how many letters have it, and what the hub says of one; most first."""
    counts, told = Counter[tuple[str, str]](), dict[tuple[str, str], str]()
    for letter in letters:
        for at in {(error["code"], error["pointer"]): error for error in letter.errors}.items():
            counts[at[0]] += 1
            told.setdefault(at[0], at[1]["message"])
    return [(at, (count, told[at])) for at, count in counts.most_common()]


def _place(letter: DeadLetter) -> str:
    """Which event or row it is, for who runs the source."""
    kind, _, place = letter.origin.partition(" ")
    if kind.startswith("connector:"):
        return place
    names = (("sự kiện", letter.event_id), ("hồ sơ", letter.subject), ("đơn vị", letter.unit))
    return ", ".join(f"{name} {value}" for name, value in names if value)


def _local(instant: int) -> str:
    """As people here write it."""
    text = rfc3339(instant)
    year, month, day = text[:10].split("-")
    return f"{text[11:16]} {day}/{month}/{year}"
