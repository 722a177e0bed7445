"""What a connector tells on its terminal: each change once, and refused rows without end rarely."""

from connectors.plan import Plan
from connectors.port import Fault, Page, Unreadable
from connectors.summary import Summary
from connectors.telling import OFTEN, Telling

FAULT = Fault("trang_thai", "unmapped", "has no value in `map`; add it")


class Place:
    """What is said, and a clock that stands still."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.now = 100.0
        self.summary = Summary()
        self.telling = Telling("igate", "/igate", self.lines.append, lambda: self.now)

    def page(self, *refused: int) -> None:
        rows = [Unreadable(str(n), f"ho_so id={n}", (FAULT,)) for n in refused]
        self.summary.add(Page((), None, rows), Plan(refused={it.key: it for it in rows}), 0)
        self.telling.page(self.summary)

    def said(self) -> list[str]:
        found, self.lines[:] = list(self.lines), []
        return found


def test_the_first_refused_rows_are_told_and_then_a_count_once_in_a_while() -> None:
    place = Place()
    place.page()
    assert place.said() == []
    place.page(1, 2)
    assert place.said() == [
        f"igate: refuses ho_so id={n}: trang_thai: has no value in `map`; add it (unmapped)"
        for n in (1, 2)
    ]
    place.now += OFTEN - 1
    place.page(1, 2, 3, 4, 5)  # the first two once more
    place.telling.well()
    assert place.said() == []
    place.now += 1
    place.telling.well()
    (line,) = place.said()
    assert line.startswith("igate: refuses 3 rows more, 5 since it began; `hub dead-letters list ")
    place.now += 10 * OFTEN
    place.page(1, 2, 3, 4, 5)
    assert place.said() == []


def test_a_problem_and_its_end_are_told_once() -> None:
    place = Place()
    place.telling.starts("sql")
    place.telling.well()
    for text in ("it is away", "it is away", "no such table"):
        place.telling.problem(text)
    place.telling.well()
    place.telling.well()
    assert place.said() == [
        "igate: reads /igate (sql)", "igate: it is away", "igate: no such table",
        "igate: reads again",
    ]  # fmt: skip


def test_what_waits_is_told_until_it_waits_no_more() -> None:
    place = Place()
    for _ in range(2):
        place.telling.waits("it went back")
    place.telling.well()
    place.telling.well()
    assert place.said() == [
        "igate: waits for approval: it went back; `hub connector status igate`",
        "igate: goes on: nothing waits for approval any more",
    ]
