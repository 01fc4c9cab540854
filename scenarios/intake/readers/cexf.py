"""CEXF, the Common Exercise Format of MISP and SkillAegis, as JSON.

The rows are the items of ``injects``; when and after what each comes stands in ``inject_flow``.
``startex`` is the start, ``triggered_at`` seconds or ``HH:MM[:SS]`` after it, ``manual`` an inject
that the director releases; one that runs periodically is released by the director too, once. The
format knows no addressees, so everybody receives everything, and no numbers: injects are numbered
by time. The content is the text of the payload, also in base64, else the description, else that of
the flow.

Not kept: identifiers, how answers are graded by machine (parameters, strategies, scores), payloads
without text, tags and versions of the exercise.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from scenarios.choices import ReleaseMode
from scenarios.intake.mapping import Field
from scenarios.intake.readers import markup
from scenarios.intake.readers.numbering import numbered, seconds
from scenarios.intake.readers.table import (
    Known,
    Table,
    dicts,
    items_of,
    key,
    listed,
    unknown_format,
)
from scenarios.intake.readers.values import cleaned, lines, worded
from scenarios.intake.readers.wordings import ALL, channel
from scenarios.intake.reading import Outline, Reading, Remark

_COLUMNS = (
    Known("#", Field.NUMBER),
    Known("triggered_at", Field.TIME, "seconds"),
    Known("to", Field.TO),
    Known("channel", Field.METHOD),
    Known("name", Field.TITLE),
    Known("content", Field.CONTENT),
    Known("inject_evaluation", Field.EXPECTED),
    Known("trigger", Field.RELEASE),
    Known("requirements", Field.AFTER),
)
_READ = frozenset(
    {
        "uuid",
        "name",
        "description",
        "inject_evaluation",
        "action_payload_resource_uuid",
    }
)
_NOISE = frozenset({"inject_evaluation_join_type"})
_CLOCK = re.compile(r"(?:T\+)?(\d{1,3}):([0-5]\d)(?::([0-5]\d))?", re.I)
_LONGEST_PAYLOAD = 400_000
_MOST_SECONDS = 60 * 86_400
MOST_OF_ONE = 200
"""Parts of the flow, or of one of its lists, that are looked at for one inject."""


def recognises(data: Any) -> bool:
    """Whether it is such a file."""
    return isinstance(data, dict) and (
        "inject_flow" in data or {"exercise", "injects", "inject_payloads"} <= data.keys()
    )


def read(data: Any) -> Reading:
    """Read parsed JSON.

    Raises:
        Unreadable: ``unknown_format``, what ``items_of`` and ``Table.add`` refuse.
    """
    if not recognises(data):
        raise unknown_format()
    injects = items_of(data.get("injects"))
    flows = _flows(data.get("inject_flow"))
    flow_of = [flows.get(_uuid(inject), _Flow()) for inject in injects]
    numbers = numbered([flow.offset for flow in flow_of])
    by_uuid: dict[str, str] = {}
    for inject, number in zip(injects, numbers, strict=True):
        if uuid := _uuid(inject):
            by_uuid.setdefault(uuid, str(number))
    payloads = {
        key(one.get("uuid")): cleaned(_payload(one)) for one in dicts(data.get("inject_payloads"))
    }
    table = Table("injects", _COLUMNS)
    for inject, number, flow in zip(injects, numbers, flow_of, strict=True):
        if isinstance(inject, dict):
            cells, notes = _row(inject, flow, by_uuid, payloads)
            table.add({"#": number, **cells}, notes)
        else:
            table.add({"#": number, "content": worded(inject)})
    remarks = list(_remarks(flows, by_uuid))
    return table.reading("cexf", _outline(data.get("exercise")), remarks)


def _row(
    inject: dict[str, Any],
    flow: _Flow,
    by_uuid: Mapping[str, str],
    payloads: Mapping[str, str],
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The cells of an inject but for its number, and its notes."""
    payload = payloads.get(key(inject.get("action_payload_resource_uuid")), "")
    described, flow_described = markup.words(inject.get("description")), lines(flow.descriptions)
    cells = {
        "triggered_at": flow.offset,
        "to": ALL,
        "channel": channel(worded(inject.get("action"))),
        "name": inject.get("name"),
        "content": payload or described or flow_described,
        "inject_evaluation": lines(
            worded(one.get("result") if isinstance(one, dict) else one)
            for one in listed(inject.get("inject_evaluation"))
        ),
        "trigger": flow.release,
        "requirements": lines(by_uuid.get(one, one) for one in flow.after),
    }
    notes = {
        "description": described if payload else None,
        "inject_flow.description": flow_described if payload or described else None,
        "followed_by": [one for one in flow.followed_by if one not in by_uuid],
        **flow.notes,
        **{name: value for name, value in inject.items() if name not in _READ | _NOISE},
    }
    return cells, notes


@dataclass
class _Flow:
    """When one inject comes, and after what."""

    time: Any = None
    triggers: set[str] = field(default_factory=set)
    after: dict[str, None] = field(default_factory=dict)
    followed_by: dict[str, None] = field(default_factory=dict)
    descriptions: list[str] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)

    @property
    def offset(self) -> Any:
        """Seconds after the start; as written where it is no time; ``None`` for none."""
        if "startex" in self.triggers:
            return 0 if self.time is None else self.time
        return None if "manual" in self.triggers else self.time

    @property
    def release(self) -> str:
        """``manual`` where nothing else releases it."""
        nothing = self.offset is None and not self.after
        return ReleaseMode.MANUAL.value if nothing or "manual" in self.triggers else ""

    def take(self, one: dict[str, Any]) -> None:
        """Take what one item of ``inject_flow`` says; an inject may have several."""
        sequence, requirements = _part(one, "sequence"), _part(one, "requirements")
        timing = _part(one, "timing")
        if self.time is None and timing.get("triggered_at") not in (None, ""):
            self.time = _seconds(timing["triggered_at"])
        self.triggers |= set(_words(sequence.get("trigger")))
        for uuid in _words(requirements.get("inject_uuid")):
            self.after.setdefault(uuid)
        for uuid in _words(sequence.get("followed_by")):
            self.followed_by.setdefault(uuid)
        if len(self.descriptions) < MOST_OF_ONE and one.get("description"):
            self.descriptions.append(cleaned(markup.words(one["description"])))
        for name, value in (
            ("resolution_requirement", requirements.get("resolution_requirement")),
            ("completion_trigger", sequence.get("completion_trigger")),
            ("periodic_run_every", timing.get("periodic_run_every")),
            ("reporting_callback", one.get("reporting_callback")),
        ):
            if words := worded(value):
                self.notes.setdefault(name, words)


def _flows(flow: Any) -> dict[str, _Flow]:
    """``inject_flow`` by inject, with followers coming after what names them."""
    flows: dict[str, _Flow] = {}
    for one in dicts(flow):
        flows.setdefault(key(one.get("inject_uuid")), _Flow()).take(one)
    for uuid, told in list(flows.items()):
        for follower in told.followed_by:
            if follower in flows and uuid and len(flows[follower].after) < MOST_OF_ONE:
                flows[follower].after.setdefault(uuid)
    flows.pop("", None)
    return flows


def _words(value: Any) -> list[str]:
    """The words of a list, or the one word."""
    told = value[:MOST_OF_ONE] if isinstance(value, list) else [value]
    return list(filter(None, (key(one) or worded(one) for one in told)))


def _part(flow: dict[str, Any], name: str) -> dict[str, Any]:
    part = flow.get(name)
    return part if isinstance(part, dict) else {}


def _uuid(inject: Any) -> str:
    return key(inject.get("uuid")) if isinstance(inject, dict) else ""


def _seconds(told: Any) -> Any:
    found = _CLOCK.fullmatch(told.strip()[:20]) if isinstance(told, str) else None
    if found:
        hours, minutes, rest = (int(part or 0) for part in found.groups())
        return hours * 3_600 + minutes * 60 + rest
    number = seconds(told)
    return told if number is None else number


def _payload(payload: dict[str, Any]) -> str:
    """The text that a payload carries, or ""."""
    parameters = payload.get("parameters")
    content = parameters.get("content") if isinstance(parameters, dict) else None
    if not isinstance(parameters, dict) or not isinstance(content, str):
        return ""
    if parameters.get("content-type") != "base64":
        return markup.words(content)
    try:
        decoded = base64.b64decode(content[:_LONGEST_PAYLOAD], validate=True)
        return markup.words(decoded.decode())
    except (binascii.Error, ValueError):
        return ""


def _outline(exercise: Any) -> Outline:
    told = exercise if isinstance(exercise, dict) else {}
    about = dict.fromkeys(markup.words(told.get(name)) for name in ("description", "expanded"))
    duration = seconds(told.get("total_duration"))
    return Outline(
        title=lines([worded(told.get("name"))])[:200],
        summary="\n\n".join(filter(None, about)),
        # Somebody must be there to receive everything.
        units=(_("Khung tập"),),
        duration_s=int(duration) if duration and 0 < duration <= _MOST_SECONDS else None,
    )


def _remarks(flows: Mapping[str, _Flow], known: Mapping[str, str]) -> Iterator[Remark]:
    yield Remark(
        "everybody",
        _("Định dạng này không ghi đơn vị nhận: mọi tình huống gửi tất cả đơn vị tham gia."),
        _("Sửa đơn vị nhận sau khi nhập."),
    )
    if count := sum("periodic" in flow.triggers for flow in flows.values()):
        yield Remark(
            "periodic",
            _("%(count)d tình huống lặp theo chu kỳ trong tệp chỉ được phát một lần.")
            % {"count": count},
            _("Muốn phát lặp lại, nhân bản tình huống sau khi nhập."),
        )
    if unknown := [uuid for uuid in flows if uuid not in known]:
        shown = [" ".join(flows[uuid].descriptions)[:80] or uuid[:40] for uuid in unknown[:5]]
        yield Remark(
            "unknown_inject",
            _("Trình tự nhắc đến %(count)d tình huống không có trong tệp: %(names)s.")
            % {"count": len(unknown), "names": "; ".join(shown)},
            _("Kiểm tra lại tệp gốc; các mục này không được nhập."),
        )
