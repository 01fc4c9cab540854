"""OpenAEV: a scenario or an exercise exported as JSON, version 1.

Read are ``scenario_information`` or ``exercise_information``, the teams, objectives, tags,
documents and articles that injects refer to, and ``*_injects``; also a file of injects alone
(``inject_information``) and the names of the time when a team was called an audience.

Injects have no numbers there: they are numbered 1, 2, 3… by time, while the rows keep the order of
the file. An inject switched off is kept as one that the director releases, without a time. What an
inject depends on is told by number, or by the identifier where the file has no such inject.

Not kept: identifiers, dates of change, statuses and owners of injects; the definition of a
contract but its label; headers, footers, sender and encryption of mails; scores of expectations;
machines; descriptions of objectives; people, organisations and files (a remark tells how many).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from scenarios.choices import ReleaseMode, Reply
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
    named,
    unknown_format,
)
from scenarios.intake.readers.values import cleaned, lines, moment, worded
from scenarios.intake.readers.wordings import ALL, channel
from scenarios.intake.reading import Outline, Reading, Remark

_PREFIXES = ("scenario", "exercise")
_TIME = "inject_depends_duration"
_OFF = "inject_depends_duration (inject_enabled: false)"
_COLUMNS = (
    Known("#", Field.NUMBER),
    Known(_TIME, Field.TIME, "seconds"),
    Known("inject_teams", Field.TO),
    Known("contract", Field.METHOD),
    Known("inject_title", Field.TITLE),
    Known("inject_content", Field.CONTENT),
    Known("expectations", Field.EXPECTED),
    Known("expectation_type", Field.REPLY),
    Known("expectation_expiration_time", Field.COMPLETE, "seconds"),
    Known("inject_enabled", Field.RELEASE),
    Known("inject_depends_on", Field.AFTER),
)
_READ = frozenset(
    {
        *("inject_title", "inject_description", "inject_content", "inject_depends_duration"),
        *("inject_depends_on", "inject_teams", "inject_audiences", "inject_all_teams"),
        *("inject_all_audiences", "inject_enabled", "inject_tags", "inject_documents"),
        *("inject_injector_contract", "inject_type"),
    }
)
_NOISE = frozenset(
    {
        *("inject_id", "inject_created_at", "inject_updated_at", "inject_scenario"),
        *("inject_exercise", "inject_user", "inject_status", "inject_communications"),
        *("inject_communications_number", "inject_expectations"),
        *("inject_communications_not_ack_number", "inject_users_number", "inject_sent_at"),
        *("inject_ready", "inject_contract", "inject_contract_content", "inject_testable"),
        *("inject_date", "inject_trigger_now_date", "inject_assets", "inject_asset_groups"),
        *("inject_kill_chain_phases", "inject_attack_patterns"),
    }
)
_SENDING = frozenset({"articles", "encrypted", "emailing", "inReplyTo"})
_BODIES = ("body", "message", "content")
_REPLIES = {"DOCUMENT": Reply.DOCUMENT, "TEXT": Reply.TEXT}
_TECHNICAL = frozenset({"DETECTION", "PREVENTION", "VULNERABILITY"})
_MOST_ARTICLES = 20


class _Known(NamedTuple):
    """Names of what injects refer to, by identifier."""

    teams: Mapping[str, str]
    tags: Mapping[str, str]
    documents: Mapping[str, str]
    articles: Mapping[str, str]
    numbers: Mapping[str, str]


def recognises(data: Any) -> bool:
    """Whether it is such an export."""
    return isinstance(data, dict) and (
        any(f"{one}_information" in data or f"{one}_injects" in data for one in _PREFIXES)
        or isinstance(data.get("inject_information"), list)
    )


def read(data: Any) -> Reading:
    """Read parsed JSON.

    Raises:
        Unreadable: ``unknown_format``, what ``items_of`` and ``Table.add`` refuse.
    """
    if not recognises(data):
        raise unknown_format()
    prefix = next((one for one in _PREFIXES if f"{one}_injects" in data), None)
    prefix = prefix or next((one for one in _PREFIXES if f"{one}_information" in data), "inject")
    name = "inject_information" if prefix == "inject" else f"{prefix}_injects"
    injects = items_of(data.get(name))
    numbers = numbered([_time(inject) for inject in injects])
    known = _known(data, prefix, injects, numbers)
    table, switched_off = Table(name, _COLUMNS), 0
    for number, inject in zip(numbers, injects, strict=True):
        if not isinstance(inject, dict):
            table.add({"#": number, "inject_content": worded(inject)})
            continue
        cells, notes = _row(inject, known)
        if inject.get("inject_enabled") is False:
            switched_off += 1
            notes = {_OFF: cells.pop(_TIME), **notes}
            cells["inject_enabled"] = ReleaseMode.MANUAL.value
        elif inject.get("inject_enabled") not in (None, True):
            cells["inject_enabled"] = worded(inject["inject_enabled"])
        table.add({"#": number, **cells}, notes)
    remarks = list(_remarks(data, prefix, switched_off))
    return table.reading("openaev", _outline(data, prefix, known.teams), remarks)


def _row(inject: dict[str, Any], known: _Known) -> tuple[dict[str, Any], dict[str, Any]]:
    """The cells of an inject, and its notes."""
    content = inject.get("inject_content")
    body, rest = _body(content, known.articles)
    expectations = listed(content.get("expectations")) if isinstance(content, dict) else []
    description = inject.get("inject_description")
    label, method = _contract(inject)
    cells = {
        _TIME: _time(inject),
        "inject_teams": _addressees(inject, known.teams),
        "contract": method,
        "inject_title": inject.get("inject_title"),
        "inject_content": body or markup.words(description),
        "expectations": lines(_expected(one) for one in expectations),
        "expectation_type": _reply(dicts(expectations)),
        "expectation_expiration_time": _expires(dicts(expectations)),
        "inject_depends_on": lines(
            known.numbers.get(parent, parent) for parent in _parents(inject)
        ),
    }
    notes = {
        "inject_description": description if body else None,
        "contract_label": label,
        "inject_tags": _names(inject.get("inject_tags"), known.tags, "tag"),
        "inject_documents": _names(inject.get("inject_documents"), known.documents, "document"),
        "dependency_condition": [
            one.get("dependency_condition") for one in dicts(inject.get("inject_depends_on"))
        ],
        **rest,
        **{name: value for name, value in inject.items() if name not in _READ | _NOISE},
    }
    return cells, notes


def _time(inject: Any) -> Any:
    return inject.get(_TIME) if isinstance(inject, dict) else None


def _body(content: Any, articles: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    """What the addressee reads, and whatever else the content holds."""
    if not isinstance(content, dict):
        return markup.words(content), {}
    rest = {name: value for name, value in content.items() if name not in _SENDING}
    if isinstance(rest.get("expectations"), list):
        del rest["expectations"]
    told: list[str] = []
    for name in _BODIES:
        if isinstance(rest.get(name), str) and rest[name].strip():
            told.append(markup.words(rest.pop(name)))
            break
    referred = [key(one) or worded(one) for one in listed(content.get("articles"))]
    told += [articles[one] for one in referred[:_MOST_ARTICLES] if one in articles]
    rest["articles"] = [one for one in referred if one not in articles]
    return "\n\n".join(filter(None, told)), rest


def _contract(inject: dict[str, Any]) -> tuple[str, str]:
    """The label of the kind of inject, and the channel it stands for, or ""."""
    contract = inject.get("inject_injector_contract")
    contract = contract if isinstance(contract, dict) else {}
    converted = contract.get("convertedContent")
    config = converted.get("config") if isinstance(converted, dict) else None
    kinds = [
        inject.get("inject_type"),
        contract.get("injector_contract_injector_type"),
        config.get("type") if isinstance(config, dict) else None,
    ]
    labels = contract.get("injector_contract_labels")
    labels = labels if isinstance(labels, dict) else {"": labels}
    label = worded(next((labels[side] for side in ("vi", "en", *labels) if labels.get(side)), ""))
    kind = next((worded(one) for one in kinds if one), "")
    return label or kind, channel(kind, label)


def _addressees(inject: dict[str, Any], teams: Mapping[str, str]) -> str:
    if inject.get("inject_all_teams") is True or inject.get("inject_all_audiences") is True:
        return ALL
    asked = inject.get("inject_teams", inject.get("inject_audiences"))
    return _names(asked, teams, "team")


def _names(asked: Any, names: Mapping[str, str], kind: str) -> str:
    """The names that a list of identifiers, or of objects with one, stands for."""
    told: list[str] = []
    for one in asked if isinstance(asked, list) else [asked]:
        identifier = key(one.get(f"{kind}_id")) if isinstance(one, dict) else key(one)
        own = worded(one.get(f"{kind}_name")) if isinstance(one, dict) else ""
        told.append(own or names.get(identifier) or identifier or worded(one))
    return lines(told)


def _expected(expectation: Any) -> str:
    if not isinstance(expectation, dict):
        return worded(expectation)
    said = (expectation.get("expectation_name"), expectation.get("expectation_description"))
    return ": ".join(filter(None, (markup.words(one) for one in said)))


def _reply(expectations: list[dict[str, Any]]) -> str:
    types = {worded(one.get("expectation_type")).upper() for one in expectations}
    return next((reply.value for name, reply in _REPLIES.items() if name in types), "")


def _expires(expectations: list[dict[str, Any]]) -> float | None:
    """Seconds after the inject by which everything that people are to do has expired."""
    told = [
        seconds(one.get("expectation_expiration_time"))
        for one in expectations
        if worded(one.get("expectation_type")).upper() not in _TECHNICAL
    ]
    return max((one for one in told if one and one > 0), default=None)


def _parents(inject: dict[str, Any]) -> Iterator[str]:
    """Identifiers of the injects it waits for."""
    depends = inject.get("inject_depends_on")
    if not isinstance(depends, list):
        yield worded(depends)
        return
    own = key(inject.get("inject_id"))
    for one in depends:
        relation = one.get("dependency_relationship") if isinstance(one, dict) else one
        if not isinstance(relation, dict):
            yield worded(relation)
        elif key(relation.get("inject_children_id")) in {"", own}:
            yield key(relation.get("inject_parent_id")) or worded(relation)


def _known(data: dict[str, Any], prefix: str, injects: list[Any], numbers: list[int]) -> _Known:
    def names(kind: str, plural: str = "") -> dict[str, str]:
        return named(data.get(f"{prefix}_{plural or kind + 's'}"), f"{kind}_id", f"{kind}_name")

    articles = {
        key(one.get("article_id")): cleaned(
            f"{worded(one.get('article_name'))}\n\n{markup.words(one.get('article_content'))}"
        )
        for one in dicts(data.get(f"{prefix}_articles"))
    }
    by_id: dict[str, str] = {}
    for inject, number in zip(injects, numbers, strict=True):
        if isinstance(inject, dict) and key(inject.get("inject_id")):
            by_id.setdefault(key(inject["inject_id"]), str(number))
    return _Known(
        names("team") or names("audience"), names("tag"), names("document"), articles, by_id
    )


def _outline(data: dict[str, Any], prefix: str, teams: Mapping[str, str]) -> Outline:
    told = data.get(f"{prefix}_information")
    information = told if isinstance(told, dict) else {}
    about = (information.get(f"{prefix}_{one}") for one in ("subtitle", "description"))
    objectives = (
        lines([worded(one.get("objective_title"))])
        for one in dicts(data.get(f"{prefix}_objectives"))
    )
    return Outline(
        title=lines([worded(information.get(f"{prefix}_name"))])[:200],
        summary="\n\n".join(filter(None, (markup.words(one) for one in about))),
        starts_at=moment(information.get(f"{prefix}_start_date")),
        units=tuple(dict.fromkeys(teams.values())),
        objectives=tuple(("", title) for title in objectives if title),
    )


def _remarks(data: dict[str, Any], prefix: str, switched_off: int) -> Iterator[Remark]:
    if switched_off:
        yield Remark(
            "disabled",
            _("%(count)d tình huống đang tắt trong tệp được giữ làm tình huống dự phòng.")
            % {"count": switched_off},
            _("Giờ cũ còn ở cột ghi chú “%(name)s”.") % {"name": _OFF},
        )
    counts = {
        _("người tham gia"): len(listed(data.get(f"{prefix}_users"))),
        _("tổ chức"): len(listed(data.get(f"{prefix}_organizations"))),
        _("tài liệu"): len(listed(data.get(f"{prefix}_documents"))),
        _("thử thách"): len(listed(data.get(f"{prefix}_challenges"))),
        _("biến"): len(listed(data.get(f"{prefix}_variables"))),
    }
    if any(counts.values()):
        what = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
        yield Remark("left_out", _("Không đưa vào kịch bản: %(what)s.") % {"what": what})
