"""Which days a cell is about: words of periods, beside the asked period and the data date."""

from datetime import date
from typing import NamedTuple

from hub.core.periods import Period, between, named, quarter_at
from hub.reports.form.scalars import FromTo


class Span(NamedTuple):
    """The days of a cell."""

    period: Period
    label: str
    """Of statements: the period's own, else that of its year."""
    calendar: str
    last: date
    """The last day that counts: not after the data date."""
    begun: bool


class Days(NamedTuple):
    """What periods of a form are resolved by."""

    asked: Period
    calendar: str
    """Of the asked period, else of the form."""
    data_date: date

    @property
    def year(self) -> int:
        """The year of the asked period, in its calendar."""
        if self.asked.label is not None:
            return int(self.asked.label[:4])
        ending = quarter_at(self.asked.bounds[1] - 1, self.calendar)
        return int(str(ending.label)[:4])

    def span(self, word: str | FromTo, after: str | None) -> Span:
        """The days of a cell. Raises `ValueError` where they are the wrong way round."""
        period = self._period(word)
        begun = period.start <= self.data_date
        if after is not None:
            begun = begun and self._named(after).end < self.data_date
        label = period.label or str(self.year)
        return Span(period, label, self.calendar, min(period.end, self.data_date), begun)

    def _period(self, word: str | FromTo) -> Period:
        if isinstance(word, FromTo):
            return between(self._start(word.start), self._end(word.end))
        return self.asked if word == "asked" else self._named(word)

    def _named(self, word: str) -> Period:
        return named(str(self.year) if word == "Y" else f"{self.year}-{word}", self.calendar)

    def _start(self, word: str) -> date:
        if word == "asked":
            return self.asked.start
        return self._named("Y").start if word == "year" else date.fromisoformat(word)

    def _end(self, word: str) -> date:
        if word == "asked":
            return self.asked.end
        return self.data_date if word == "data_date" else date.fromisoformat(word)
