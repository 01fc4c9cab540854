"""Injects within an edit, many at a time: what the commands and the imports write them with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from scenarios.choices import Method, ReleaseMode, Reply, TriggerEvent
from scenarios.editing import cleaning
from scenarios.editing.desk import Desk
from scenarios.editing.numbers import Numbers, follow
from scenarios.editing.refused import Refused
from scenarios.editing.rows import batched
from scenarios.editing.values import InjectValues
from scenarios.models import MselEntry, Scenario, sort_key
from scenarios.phases import PLAYED
from scenarios.reading.frame import cycles


def entries(desk: Desk, pks: Sequence[int], *, linked: bool = False) -> list[MselEntry]:
    """Injects of the version by their keys, in order of their numbers.

    Args:
        linked: with their addressees and objectives, for who reads them.

    Raises:
        Refused: one of them is gone, or none is named.
    """
    found: list[MselEntry] = []
    for some in batched(dict.fromkeys(pks)):
        rows = desk.scenario.msel.filter(pk__in=some)
        found += rows.prefetch_related("addressees", "objectives") if linked else rows
    if not pks or len(found) != len(set(pks)):
        raise Refused(
            "gone",
            _("Có tình huống không còn, hoặc chưa chọn tình huống nào."),
            _("Tải lại trang."),
        )
    return sorted(found, key=lambda entry: entry.sort_key)


def add_entries(
    desk: Desk, values: Sequence[InjectValues], *, unfinished: bool = False
) -> list[MselEntry]:
    """Add injects within an edit. A trigger may name one that comes in the same call.

    Args:
        unfinished: let pass what has to be completed only before approval.

    Raises:
        Refused: a value that cannot be.
    """
    return add_prepared(desk, prepare(desk.scenario, values, unfinished=unfinished))


class Prepared(NamedTuple):
    """New injects, as their rows will have them; their triggers by number, as they were given."""

    rows: list[dict[str, Any]]
    triggers: dict[str, Any]


def prepare(
    scenario: Scenario, values: Sequence[InjectValues], *, unfinished: bool = False
) -> Prepared:
    """Check new injects against a version as it is, and write nothing: the long part of adding
    many, which needs no lock where the version's revision is looked at afterwards.

    Raises:
        Refused: a value that cannot be.
    """
    known, numbers = Known(scenario, unfinished=unfinished), Numbers(scenario)
    given: list[dict[str, Any]] = []
    triggers: dict[str, Any] = {}
    for one in values:
        named = {name: value for name, value in one.items() if name != "number" or value}
        columns = known.columns(named, added=True)
        number = columns.get("number") or numbers.next(columns["phase"])
        numbers.take(number)
        columns |= {"number": number, "sort_key": sort_key(number)}
        if trigger := columns.pop("trigger", None):
            triggers[number] = trigger
        given.append(columns)
    return Prepared(given, triggers)


def add_prepared(desk: Desk, prepared: Prepared) -> list[MselEntry]:
    """Add injects that were checked against this version as it still is.

    Raises:
        Refused: they wait for each other in a circle, or for one that is not there.
    """
    made = desk.add_many(MselEntry, prepared.rows)
    if triggers := prepared.triggers:
        known = Known(desk.scenario)
        desk.change_many(
            [(row, known.trigger(triggers[row.number])) for row in made if row.number in triggers]
        )
        require_ends(desk, made)
    return made


def change_entries(
    desk: Desk,
    changes: Sequence[tuple[MselEntry, InjectValues]],
    *,
    expected_revision: int | None = None,
    unfinished: bool = False,
) -> list[MselEntry]:
    """Change injects within an edit; answers those that are no longer as they were.

    Args:
        unfinished: let pass what has to be completed only before approval.

    Raises:
        Changed: the first one's revision is no longer the one expected.
        Refused: a value that cannot be.
    """
    known, numbers = Known(desk.scenario, unfinished=unfinished), Numbers(desk.scenario)
    written, renamed = [], {}
    for entry, values in changes:
        columns = known.columns(values, entry)
        number = columns.get("number", entry.number)
        if number != entry.number:
            renamed[entry.number] = number
            columns["sort_key"] = sort_key(number)
        if "trigger" in columns:
            columns |= known.trigger(columns.pop("trigger"), entry)
        written.append((entry, columns))
    numbers.rename(renamed)
    changed = desk.change_many(written, expected_revision=expected_revision)
    follow(desk, renamed)
    if any("trigger_entry_id" in columns for _entry, columns in written):
        require_ends(desk, changed)
    return changed


def require_ends(desk: Desk, changed: Sequence[MselEntry]) -> None:
    """Let none of these wait for itself, by whatever way round.

    Raises:
        Refused: ``trigger_cycle``.
    """
    waits_for = dict(
        desk.scenario.msel.exclude(trigger_entry=None).values_list(
            "number", "trigger_entry__number"
        )
    )
    numbers = {entry.number for entry in changed}
    for loop in cycles(waits_for):
        if numbers & set(loop):
            raise Refused(
                "trigger_cycle",
                _("Các tình huống chờ nhau theo vòng tròn: %s.") % " → ".join(loop[:20]),
                _("Chọn tình huống khác để chờ."),
                field="trigger",
            )


class Known:
    """What the values of injects are checked against, read once for many of them."""

    def __init__(self, scenario: Scenario, *, unfinished: bool = False) -> None:
        self._unfinished = unfinished
        self.units = dict(scenario.participations.values_list("unit__code", "unit"))
        self.objectives = dict(scenario.objectives.values_list("code", "pk"))
        self.problems = dict(scenario.problems.values_list("code", "pk"))
        self.injects = dict(scenario.msel.values_list("number", "pk"))

    def columns(
        self, values: Mapping[str, Any], entry: MselEntry | None = None, *, added: bool = False
    ) -> dict[str, Any]:
        """Values as the row has them; ``trigger`` is left as it is.

        Raises:
            Refused: one that cannot be, by itself or beside the others.
        """
        if added:
            for name in ("phase", "title"):
                if name not in values:
                    message, remedy = _("Mục để trống."), _("Điền nội dung.")
                    raise Refused("blank", message, remedy, field=name)
        columns: dict[str, Any] = {}
        for name, value in values.items():
            columns |= self._column(name, value)

        def after(name: str) -> Any:
            return columns.get(name, getattr(entry, name, None))

        deadline = {"mandatory", "complete_within_s"} & columns.keys()
        if (
            deadline
            and not self._unfinished
            and after("mandatory")
            and after("complete_within_s") is None
        ):
            raise Refused(
                "mandatory_without_deadline",
                _("Tình huống bắt buộc phải có thời hạn hoàn thành."),
                _("Ghi hạn hoàn thành, ví dụ 30m, hoặc bỏ “bắt buộc”."),
                field="mandatory" if columns.get("mandatory") else "complete_within_s",
            )
        waits = columns["trigger"] if "trigger" in columns else after("trigger_entry_id")
        if {"planned_us", "trigger"} & columns.keys() and waits and after("planned_us") is not None:
            raise Refused(
                "when_with_at",
                _("Tình huống có giờ phát thì không chờ tình huống khác."),
                _("Bỏ giờ, hoặc bỏ tình huống phải chờ."),
                field="planned_us" if columns.get("planned_us") is not None else "trigger",
            )
        return columns

    def _column(self, name: str, value: Any) -> dict[str, Any]:
        match name:
            case "number":
                return {name: cleaning.code(value, name)}
            case "phase":
                return {name: cleaning.choice(value, name, PLAYED)}
            case "planned_us":
                return {name: None if value is None else cleaning.moment_us(value, name)}
            case "title":
                return {name: cleaning.text(value, name, required=True)}
            case "sender" | "content":
                return {name: cleaning.text(value, name)}
            case "expected_actions":
                return {name: cleaning.texts(value, name)}
            case "notes":
                return {name: cleaning.notes(value, name)}
            case "acknowledge_within_s" | "complete_within_s":
                return {name: cleaning.seconds(value, name)}
            case "mandatory":
                return {name: cleaning.flag(value, name)}
            case "method":
                return {name: cleaning.choice(value, name, Method)}
            case "reply":
                return {name: cleaning.choice(value, name, Reply)}
            case "release":
                return {name: cleaning.choice(value, name, ReleaseMode)}
            case "problem":
                return {"problem_id": self.problem(value)}
            case "addressees":
                return {name: self.addressees(value)}
            case "objectives":
                found = cleaning.codes(value, name)
                return {name: sorted(_known(one, self.objectives, name) for one in found)}
            case "trigger":
                return {name: value}
            case _:
                raise TypeError(f"an inject has no {name}")

    def problem(self, value: Any) -> int | None:
        """The key of a training problem."""
        return _known(cleaning.code(value, "problem"), self.problems, "problem") if value else None

    def addressees(self, value: Any) -> list[int]:
        """The keys of units by their codes."""
        found = cleaning.codes(value, "addressees")
        return sorted(_known(one, self.units, "addressees") for one in found)

    def trigger(self, value: Any, entry: MselEntry | None = None) -> dict[str, Any]:
        """The columns of what a standby inject waits for."""
        if value is None:
            return {"trigger_entry_id": None, "trigger_is": "", "trigger_delay_s": 0}
        waits_for = _known(cleaning.code(value.inject, "trigger"), self.injects, "trigger")
        return {
            "trigger_entry_id": waits_for,
            "trigger_is": cleaning.choice(value.event, "trigger", TriggerEvent),
            "trigger_delay_s": cleaning.seconds(value.delay_s, "trigger", zero=True) or 0,
        }


def _known(word: str, known: Mapping[str, int], field: str) -> int:
    if word in known:
        return known[word]
    message = {
        "addressees": _("Không có đơn vị này."),
        "objectives": _("Không có mục tiêu này."),
        "problem": _("Không có vấn đề huấn luyện này."),
        "trigger": _("Không có tình huống này."),
    }[field]
    remedy = _("Chọn trong danh sách, hoặc thêm mục này trước.")
    raise Refused("unknown_" + field, message, remedy, field=field, details=[f"({word})"])
