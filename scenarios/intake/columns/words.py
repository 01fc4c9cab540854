"""The words that headers are written in, in Vietnamese, English and a little French.

Written as ``units.text.plain`` makes them: lower case, no accents, no marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from django.utils.translation import override

from scenarios.intake.mapping import Field
from units.text import plain

_SURE, _LIKELY, _POSSIBLE = 100, 88, 75

_VIETNAMESE: tuple[tuple[Field, int, str], ...] = (
    (Field.NUMBER, _SURE, "ma tin, ma tinh huong, so tin, so tinh huong, tin so, tinh huong so"),
    (Field.NUMBER, _SURE, "so hieu, ma so, so hieu tin, so hieu tinh huong, th so"),
    (Field.NUMBER, _LIKELY, "stt, so tt, tt, so, so thu tu, ma"),
    (Field.NUMBER, _POSSIBLE, "tin, tinh huong"),
    (Field.PHASE, _SURE, "giai doan, gd, giai doan dien tap, thuoc giai doan"),
    (Field.PHASE, _POSSIBLE, "pha, buoc"),
    (Field.DATE, _SURE, "ngay, ngay dien tap, ngay thang, ngay thang nam, ngay phat, ngay thu"),
    (Field.TIME, _SURE, "gio dien tap, gio dt, thoi gian dien tap, thoi gian dt, gio phat"),
    (Field.TIME, _SURE, "thoi diem phat, thoi gian phat, gio thuc, gio thuc te, thoi gian thuc"),
    (Field.TIME, _SURE, "thoi gian thuc te, gio that, ngay gio, ngay gio dien tap, gio ngay"),
    (Field.TIME, _SURE - 2, "gio, gio bat dau, thoi gian bat dau, gio thuc hien"),
    (Field.TIME, _SURE - 4, "thoi gian, thoi diem, thoi gian thuc hien, bat dau"),
    (Field.SIMULATED, _SURE, "gio gia dinh, thoi gian gia dinh, gia dinh, ngay gia dinh"),
    (Field.SIMULATED, _SURE, "gio tac chien, thoi gian tac chien, gio kich ban, gio gia thiet"),
    (Field.SIMULATED, _SURE, "thoi gian kich ban, thoi gian gia thiet, ngay gio gia dinh"),
    (Field.PROBLEM, _SURE, "van de, van de huan luyen, van de dien tap, vdhl, vd"),
    (Field.SENDER, _SURE, "noi gui, tu, don vi gui, nguoi gui, co quan gui, don vi phat"),
    (Field.SENDER, _LIKELY, "nguon, nguon tin, vai gui, noi phat, nguoi phat"),
    (Field.TO, _SURE, "don vi nhan, noi nhan, nguoi nhan, co quan nhan, bo phan nhan, gui den"),
    (Field.TO, _SURE, "gui cho, gui toi, den, don vi thuc hien, don vi xu ly, vai nhan"),
    (Field.TO, _LIKELY, "don vi, doi tuong, doi tuong nhan, khung tap, nhan"),
    (Field.TO, _POSSIBLE, "co quan, phong ban, bo phan, don vi chu tri"),
    (Field.METHOD, _SURE, "kenh, phuong thuc, hinh thuc, kenh phat, hinh thuc phat, phuong tien"),
    (Field.METHOD, _SURE, "cach truyen, hinh thuc truyen dat, phuong thuc truyen, kenh truyen"),
    (Field.METHOD, _SURE, "phuong thuc phat, phuong tien truyen, duong truyen, kenh thong tin"),
    (Field.TITLE, _SURE, "tieu de, ten tinh huong, ten tin, trich yeu, chu de, ten su kien"),
    (Field.TITLE, _LIKELY, "noi dung, ten, noi dung chinh"),
    (Field.TITLE, _POSSIBLE, "tinh huong, tom tat, su kien, tin"),
    (Field.CONTENT, _SURE, "noi dung chi tiet, noi dung day du, mo ta, dien bien, noi dung tin"),
    (Field.CONTENT, _SURE, "noi dung tinh huong, dien bien tinh huong, mo ta tinh huong"),
    (Field.CONTENT, _SURE, "mo ta chi tiet, dien bien chi tiet, noi dung cu the, chi tiet"),
    (Field.CONTENT, _LIKELY - 4, "noi dung"),
    (Field.CONTENT, _POSSIBLE - 4, "tinh huong, tin"),
    (Field.EXPECTED, _SURE, "hanh dong mong doi, du kien xu ly, dap an, ket qua mong doi"),
    (Field.EXPECTED, _SURE, "du kien hanh dong, hanh dong du kien, huong xu ly, phuong an xu ly"),
    (Field.EXPECTED, _SURE, "cach xu ly, yeu cau xu ly, goi y dap an, ket qua can dat"),
    (Field.EXPECTED, _SURE, "noi dung xu ly, xu ly mong doi, du kien tra loi, du kien dap an"),
    (Field.EXPECTED, _LIKELY, "xu ly, hanh dong, ket qua du kien"),
    (Field.OBJECTIVES, _SURE, "muc tieu, muc tieu danh gia, muc tieu huan luyen"),
    (Field.OBJECTIVES, _POSSIBLE, "muc dich"),
    (Field.ACKNOWLEDGE, _SURE, "han xac nhan, thoi han xac nhan, han nhan, thoi gian xac nhan"),
    (Field.ACKNOWLEDGE, _LIKELY, "xac nhan"),
    (Field.COMPLETE, _SURE, "han hoan thanh, thoi han hoan thanh, han xu ly, thoi han xu ly"),
    (Field.COMPLETE, _SURE, "thoi gian hoan thanh, thoi gian xu ly, thoi han bao cao, han bao cao"),
    (Field.COMPLETE, _SURE - 2, "han, thoi han, han chot"),
    (Field.MANDATORY, _SURE, "bat buoc, tinh huong bat buoc"),
    (Field.REPLY, _SURE, "yeu cau bao cao, yeu cau tra loi, hinh thuc bao cao, loai bao cao"),
    (Field.REPLY, _LIKELY, "bao cao, hinh thuc tra loi, san pham, tra loi"),
    (Field.RELEASE, _SURE, "cach phat, cach thuc phat, che do phat"),
    (Field.RELEASE, _POSSIBLE, "tu dong, phat tu dong"),
    (Field.AFTER, _SURE, "sau tin, sau tinh huong, phu thuoc, tin truoc, tinh huong truoc"),
    (Field.AFTER, _LIKELY, "dieu kien, dieu kien phat, sau"),
    (Field.NOTE, _SURE, "ghi chu, ghi chu khac, nhan xet, trang thai, tinh trang, gio ket thuc"),
    (Field.NOTE, _SURE, "thoi gian ket thuc, ket thuc, thoi luong, tep dinh kem, nguoi soan"),
)
_FOREIGN: tuple[tuple[Field, int, str], ...] = (
    (Field.NUMBER, _SURE, "inject id, inject no, inject number, inject num, msel no, msel id"),
    (Field.NUMBER, _SURE, "event no, event id, event number, msel number, inject ref, numero"),
    (Field.NUMBER, _LIKELY, "no, number, num, id, item, item no, serial, serial no, nr, code"),
    (Field.NUMBER, _LIKELY, "seq, sequence, ref, reference, n"),
    (Field.NUMBER, _POSSIBLE, "inject, event"),
    (Field.PHASE, _SURE, "phase, move, stage, exercise phase, etape"),
    (Field.DATE, _SURE, "date, day, exercise date, exercise day, jour"),
    (Field.TIME, _SURE, "exercise time, inject time, real time, planned time, t plus, h plus"),
    (Field.TIME, _SURE, "date time, datetime, date and time, time and date, dtg, g plus, j plus"),
    (Field.TIME, _SURE, "actual time, wall time, release time, time of inject, delivery time"),
    (Field.TIME, _SURE - 2, "time, start time, scheduled time, heure, horaire"),
    (Field.TIME, _LIKELY, "start, when, offset, elapsed, elapsed time, scheduled"),
    (Field.SIMULATED, _SURE, "simulated time, scenario time, sim time, fictional time"),
    (Field.SIMULATED, _SURE, "simulated, operational time, situation time, story time"),
    (Field.SIMULATED, _SURE, "simulated date, scenario date, heure fictive, in game time"),
    (Field.SIMULATED, _SURE, "simulation time, notional time, scenario"),
    (Field.PROBLEM, _SURE, "training problem, problem, storyline"),
    (Field.SENDER, _SURE, "from, sender, originator, inject source, sent by, expediteur"),
    (Field.SENDER, _LIKELY, "source, origin, initiator"),
    (Field.TO, _SURE, "to, recipient, recipients, addressee, addressees, receiver, sent to"),
    (Field.TO, _SURE, "training audience, audience, destinataire, target audience"),
    (Field.TO, _LIKELY, "player, players, team, teams, target, unit, units, department"),
    (Field.METHOD, _SURE, "method, delivery, delivery method, channel, method of delivery"),
    (Field.METHOD, _SURE, "delivery channel, inject method, means, moyen, means of delivery"),
    (Field.METHOD, _LIKELY, "mode, medium, media, via"),
    (Field.METHOD, _POSSIBLE, "inject type, delivery type"),
    (Field.TITLE, _SURE, "title, subject, inject title, event title, headline, titre, objet"),
    (Field.TITLE, _LIKELY, "event name, inject name, name, short title, event"),
    (Field.TITLE, _POSSIBLE, "summary, inject, synopsis"),
    (Field.CONTENT, _SURE, "content, description, script, message, details, body, narrative"),
    (Field.CONTENT, _SURE, "inject text, inject description, event description, detail"),
    (Field.CONTENT, _SURE, "message text, message content, inject content, full text, contenu"),
    (Field.CONTENT, _LIKELY, "text, inject details"),
    (Field.CONTENT, _POSSIBLE - 4, "inject, event"),
    (Field.EXPECTED, _SURE, "expected action, expected actions, expected response, expected"),
    (
        Field.EXPECTED,
        _SURE,
        "expected outcome, expected outcomes, expected result, expected results",
    ),
    (Field.EXPECTED, _SURE, "expected player action, expected player actions, expected responses"),
    (Field.EXPECTED, _LIKELY, "action, actions, player action, player actions, outcome"),
    (Field.OBJECTIVES, _SURE, "objective, objectives, training objective, training objectives"),
    (Field.OBJECTIVES, _SURE, "exercise objective, exercise objectives, objectif, objectifs"),
    (Field.OBJECTIVES, _POSSIBLE, "capability, core capability, capabilities, competency, goal"),
    (Field.ACKNOWLEDGE, _SURE, "ack, acknowledge, acknowledgement, acknowledge within"),
    (Field.ACKNOWLEDGE, _SURE, "ack deadline, ack time, ack within, acknowledge by"),
    (Field.COMPLETE, _SURE, "deadline, due, complete within, due time, time limit, complete by"),
    (Field.COMPLETE, _LIKELY, "due in, completion time, response time, respond within"),
    (Field.MANDATORY, _SURE, "mandatory, required, compulsory"),
    (Field.REPLY, _SURE, "reply, response type, reply type, required reply, report"),
    (Field.RELEASE, _SURE, "release, release mode, trigger mode"),
    (Field.AFTER, _SURE, "depends on, after, after inject, predecessor, dependency, follows"),
    (Field.AFTER, _LIKELY, "trigger, condition, prerequisite, requires"),
    (Field.NOTE, _SURE, "note, notes, remark, remarks, comment, comments, status, duration"),
    (Field.NOTE, _SURE, "end time, end, photo, picture name, profile, poll, attachment"),
)

TWINS = {
    Field.TITLE: Field.TITLE_EN,
    Field.CONTENT: Field.CONTENT_EN,
    Field.EXPECTED: Field.EXPECTED_EN,
    Field.SENDER: Field.SENDER_EN,
}
"""Fields of two languages and what holds their English side."""

LOWEST = 45
"""A header that fits a field less than this is unknown."""

LONGEST_HEADER = 120
_SHORTEST_INSIDE = 4
_INSIDE_THOUGH_SHORT = frozenset({"gio"})

_ENGLISH = re.compile(r"\b(?:en|eng|english|tieng anh|anh ngu)\b")
_LANGUAGE = re.compile(
    r"\b(?:en|eng|english|tieng anh|anh ngu|(?<!don )vi|vn|vie|vietnamese|tieng viet)\b"
)
_ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")


@dataclass(frozen=True, slots=True)
class Meaning:
    """How well a header fits a field, 0–110, and in whose words."""

    field: Field
    fit: float
    foreign: bool = False


def header_key(header: str) -> str:
    """A header as mappings are remembered by: without accents, case, marks and line ends."""
    for mark, word in (("#", " so "), ("№", " no "), ("+", " plus "), ("’", " "), ("'", " ")):
        header = header.replace(mark, word)
    return plain(header[: 2 * LONGEST_HEADER])


@cache
def _phrases() -> dict[str, tuple[Meaning, ...]]:
    found: dict[str, list[Meaning]] = {}
    for foreign, entries in ((False, _VIETNAMESE), (True, _FOREIGN)):
        for field, fit, phrases in entries:
            for phrase in phrases.split(", "):
                # Of "Tiêu đề" and "Title" the Vietnamese column has the field itself.
                found.setdefault(phrase, []).append(Meaning(field, fit - foreign, foreign))
    return {phrase: tuple(meanings) for phrase, meanings in found.items()}


@cache
def _own() -> dict[str, Meaning]:
    """The product's own headers, as it exports them in either language."""
    found: dict[str, Meaning] = {}
    for language in ("en", "vi"):
        foreign = language == "en"
        with override(language):
            for field in Field:
                found[header_key(str(field.label))] = Meaning(field, 110 - foreign, foreign)
    return found


@lru_cache(maxsize=4096)
def meanings(header: str) -> tuple[Meaning, ...]:
    """What a header can mean, the likeliest first; empty: it is unknown."""
    whole = header_key(header)
    if not whole or len(header) > LONGEST_HEADER:
        return ()
    if (own := _own().get(whole)) is not None:
        return (own,)
    best: dict[Field, Meaning] = {}
    for text, share in _wordings(header):
        for meaning in _of_words(" ".join(_LANGUAGE.sub(" ", text).split())):
            fit = meaning.fit * share
            known = best.get(meaning.field)
            if fit >= LOWEST and (known is None or fit > known.fit):
                best[meaning.field] = Meaning(meaning.field, fit, meaning.foreign)
    found = sorted(best.values(), key=lambda one: -one.fit)
    if _ENGLISH.search(whole):
        found = [Meaning(TWINS[one.field], one.fit, True) for one in found if one.field in TWINS]
    return tuple(found)


def _wordings(header: str) -> Iterator[tuple[str, float]]:
    """The header, the header without what is in brackets, and its sides around a stroke."""
    yield header_key(header), 1
    yield header_key(_ASIDE.sub(" ", header)), 0.95
    if "/" in header:
        for side in header.split("/", 3):
            yield header_key(side), 0.9


def _of_words(text: str) -> list[Meaning]:
    phrases, words = _phrases(), text.split()
    if text in phrases:
        return list(phrases[text])
    found = []
    for length in range(1, min(len(words), 4) + 1):
        for start in range(len(words) - length + 1):
            phrase = " ".join(words[start : start + length])
            if len(phrase) < _SHORTEST_INSIDE and phrase not in _INSIDE_THOUGH_SHORT:
                continue
            weight = 0.45 + 0.45 * length / len(words)
            found += [
                Meaning(one.field, one.fit * weight, one.foreign) for one in phrases.get(phrase, ())
            ]
    return found
