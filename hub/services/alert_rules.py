"""Rules and targets of alerts as a TOML file has them, and as the registry keeps them beside it."""

import logging
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from hub.registry import Registry
from hub.registry.alerts import AlertRow, Kind, Rows
from hub.services.targets import TargetSettings

logger = logging.getLogger(__name__)
Model = TypeVar("Model", bound=BaseModel)

OF_A_STATE = frozenset(("overdue_count", "silent_source", "dead_letters"))
"""Rules that look at how something is; the others at what has just happened to a dossier."""


class AlertsError(ValueError):
    """The file of alerts is wrong; the text says where."""


class RuleBody(BaseModel):
    """What to look for, and whom to tell of it."""

    model_config = ConfigDict(extra="forbid")
    when: Literal[
        "overdue_count", "dossier_overdue", "dossier_due_soon", "silent_source", "dead_letters"
    ]
    targets: list[str] = Field(min_length=1)
    unit: str | None = None
    """The unit, and those below it, that it is about; all where it is left out."""
    at_least: int = Field(1, ge=1)
    """From how many overdue dossiers, or dead letters, on."""
    hours: int = Field(24, ge=1, le=24 * 366)
    """How long before its deadline a dossier is due soon."""
    working_hours_only: bool = False
    group_minutes: int = Field(0, ge=0, le=24 * 60)
    """How long to gather findings before they are sent together."""


class Rule(RuleBody):
    """A rule with its name."""

    name: str = Field(min_length=1)

    @property
    def looks_for(self) -> tuple[object, ...]:
        """What findings depend on; the rest says how they are sent."""
        return self.when, self.unit, self.at_least, self.hours


class AlertSettings(BaseModel):
    """The file of alerts."""

    model_config = ConfigDict(extra="forbid")
    target: list[TargetSettings]
    rule: list[Rule]

    @model_validator(mode="after")
    def _known(self) -> "AlertSettings":
        names = [target.name for target in self.target]
        rules = [rule.name for rule in self.rule]
        if len(set(names)) < len(names) or len(set(rules)) < len(rules):
            raise ValueError("a name is given twice")
        for rule in self.rule:
            for name in rule.targets:
                if name not in names:
                    raise ValueError(f"rule {rule.name} names a target that is not there")
        return self


def read_alerts(file: Path) -> AlertSettings:
    """The settings of a TOML file. Raises `AlertsError`, which repeats no value."""
    try:
        return AlertSettings.model_validate(tomllib.loads(file.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise AlertsError(f"{file}: {error}") from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise AlertsError(f"{file}: {place}: {first['msg']}") from None


class Book(NamedTuple):
    """The rules and targets that count now, by name: those of the file, then those of the registry.

    `kept`: what the registry has, by kind and name; `double`: what of it is not looked at, because
    the file has one of the same name.
    """

    rules: Mapping[str, Rule]
    targets: Mapping[str, TargetSettings]
    kept: Rows
    double: frozenset[tuple[Kind, str]]

    def made(self, rule: str) -> int | None:
        """Since when (µs) there is a rule of the registry; None for one of the file."""
        row = None if ("rule", rule) in self.double else self.kept.get(("rule", rule))
        return row.made if row else None


@dataclass(frozen=True, slots=True)
class AlertSetup:
    """What a process was given of alerts. `allow_private`: whether targets of the registry may lie
    in a private network; those of the file say so themselves."""

    file: AlertSettings | None = None
    allow_private: bool = False

    def named(self, kind: Kind) -> frozenset[str]:
        """The names of the file's rules, or targets."""
        if self.file is None:
            return frozenset()
        return frozenset(it.name for it in (self.file.rule if kind == "rule" else self.file.target))

    def book(self, registry: Registry) -> Book:
        """What counts now."""
        rules = {rule.name: rule for rule in self.file.rule} if self.file else {}
        targets = {target.name: target for target in self.file.target} if self.file else {}
        double = set[tuple[Kind, str]]()
        kept = registry.alerts.all()
        for place, row in kept.items():
            if row.name in self.named(row.kind):
                double.add(place)
            elif row.kind == "rule" and (rule := _of_row(row, Rule)):
                rules[row.name] = rule
            elif row.kind == "target" and (target := _of_row(row, TargetSettings)):
                targets[row.name] = target.model_copy(update={"allow_private": self.allow_private})
        return Book(rules, targets, kept, frozenset(double))


NO_ALERTS = AlertSetup()


def _of_row(row: AlertRow, model: type[Model]) -> Model | None:
    """None where a newer hub kept something that this one does not know: the others still count."""
    try:
        return model.model_validate(row.body | {"name": row.name})
    except ValidationError:
        logger.error("alert %s %s is of another release, and left out", row.kind, row.name)
        return None
