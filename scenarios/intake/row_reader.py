"""One row → one inject, everything but its time. Pure.

What is wrong is an error and refuses the row; what could be assumed is a warning that says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest

from django.utils.translation import gettext as _

from scenarios.choices import Method, ReleaseMode, Reply, TriggerEvent
from scenarios.intake import times, words
from scenarios.intake.bounds import (
    LONGEST_TEXT,
    LONGEST_TITLE,
    MOST_ITEMS,
    bounded_notes,
    headline,
    lines_of,
)
from scenarios.intake.cells import Cells
from scenarios.intake.findings import Finding, Fix
from scenarios.intake.mapping import Field
from scenarios.intake.numbers import LONGEST_NUMBER, Numbers
from scenarios.intake.target import Found, Target
from scenarios.intake.times.spelled import DAY
from scenarios.reading import document as doc
from scenarios.reading.moments import LONGEST_S
from scenarios.reading.problems import shortened
from units.text import Text, plain

MOST_TOLD = 20
"""So many names of a cell are told one by one that the scenario has not."""
_AFTER = re.compile(
    r"(?:(?:sau|after|khi|when|chờ) )?(?:(?:tin|tình huống|inject|số|no\.?|#) ?)?"
    r"(?P<number>[\w.\-/]+) ?(?P<event>[^\d+]*)(?P<delay>\+? ?\d.*)?",
    re.I,
)
_LONGEST_AFTER = 200
"""What is longer is no condition; a cell of a few KB would take minutes to match."""


class RowReader:
    """Reads one row; ``entry`` answers what came of it."""

    def __init__(self, cells: Cells, target: Target) -> None:
        self.cells, self.target = cells, target
        self.row = cells.row
        self.errors: list[Finding] = []
        self.warnings: list[Finding] = []
        self.number = ""
        self.phase = ""
        self.planned_us: int | None = None
        self.trigger: doc.Trigger | None = None
        self.notes: list[tuple[str, str]] = []
        self._read: dict[str, object] = {}

    # ── telling ─────────────────────────────────────────────────────────────────────────────
    def error(
        self,
        field: Field | None,
        code: str,
        message: str,
        hint: str = "",
        fix: Fix | None = None,
    ) -> None:
        """Refuse the row."""
        self.errors.append(self._finding(field, code, message, hint, fix))

    def warning(
        self,
        field: Field | None,
        code: str,
        message: str,
        hint: str = "",
        fix: Fix | None = None,
    ) -> None:
        """Say what was assumed."""
        self.warnings.append(self._finding(field, code, message, hint, fix))

    def _finding(
        self, field: Field | None, code: str, message: str, hint: str, fix: Fix | None
    ) -> Finding:
        name = self.cells.name(field) if field else ""
        return Finding(self.row, name, field, code, message, hint, fix)

    # ── reading ─────────────────────────────────────────────────────────────────────────────
    def read(self) -> None:
        """Everything but the time and what other rows decide."""
        self.notes = self.cells.notes()
        self._read_number()
        self._read_phase()
        self._read_words()
        self._read_addressees()
        self._read_spans()
        self._read_choices()
        self._read_after()

    def _read_number(self) -> None:
        number = " ".join(self.cells.text(Field.NUMBER).split())
        if len(number) > LONGEST_NUMBER:
            self.error(
                Field.NUMBER,
                "number_too_long",
                _("Số tình huống dài quá %(count)d ký tự.") % {"count": LONGEST_NUMBER},
                _("Đặt số ngắn hơn, ví dụ 1.05."),
            )
        self.number = number[:LONGEST_NUMBER]

    def _read_phase(self) -> None:
        written = self.cells.text(Field.PHASE)
        section = self.cells.section.phase if self.cells.section else ""
        for said in filter(None, (written, section)):
            if found := self.target.phase(said):
                self.phase = found
                return
        if written:
            known = ", ".join(str(plan.title) for plan in self.target.document.phases)
            self.error(
                Field.PHASE,
                "unknown_phase",
                _("Không có giai đoạn “%s”.") % shortened(written),
                _("Ghi 1, 2, 3 hoặc tên giai đoạn: %s.") % known,
            )

    def _read_words(self) -> None:
        title = self._text(Field.TITLE, Field.TITLE_EN, LONGEST_TITLE)
        content = self._text(Field.CONTENT, Field.CONTENT_EN, LONGEST_TEXT)
        if not title and content:
            title = Text(headline(content.vi), headline(content.en))
            if title == content:
                content = Text()
        if not title and not self._there(Field.TITLE, Field.CONTENT):
            self.error(
                Field.TITLE,
                "title_missing",
                _("Thiếu nội dung tình huống."),
                _("Điền tiêu đề hoặc nội dung."),
            )
        self._read["title"], self._read["content"] = title, content
        self._read["sender"] = self._text(Field.SENDER, Field.SENDER_EN, LONGEST_TITLE)
        sides = (self._items(Field.EXPECTED), self._items(Field.EXPECTED_EN))
        self._read["expected_actions"] = tuple(
            Text(*pair) for pair in zip_longest(*sides, fillvalue="")
        )

    def _items(self, field: Field) -> list[str]:
        """The items of a list, as many as a scenario can hold."""
        items = lines_of(self.cells.text(field))
        if len(items) > MOST_ITEMS:
            self._left_over(field, MOST_ITEMS, items[MOST_ITEMS:])
        if any(len(item) > LONGEST_TEXT for item in items):
            self._shortened(field, LONGEST_TEXT)
        return [item[:LONGEST_TEXT] for item in items[:MOST_ITEMS]]

    def _left_over(self, field: Field, most: int, items: Sequence[str]) -> None:
        self.notes.append((self.cells.header(field), "\n".join(items)))
        self.warning(
            field,
            "too_many_items",
            _("Ô có nhiều hơn %(count)d mục; các mục sau được giữ làm ghi chú.") % {"count": most},
            _("Bớt mục, hoặc chia tình huống thành nhiều tình huống."),
        )

    def _text(self, field: Field, english: Field, longest: int) -> Text:
        sides = []
        for one in (field, english):
            said = self.cells.text(one)
            if len(said) > longest:
                self._shortened(one, longest)
                if one in {Field.TITLE, Field.TITLE_EN}:
                    self.notes.append((self.cells.header(one), said[:LONGEST_TEXT]))
            sides.append(said[:longest].strip())
        return Text(*sides)

    def _shortened(self, field: Field, longest: int) -> None:
        self.warning(
            field,
            "shortened",
            _("Dài quá %(count)d ký tự; phần thừa được cắt bỏ.") % {"count": longest},
            _("Chuyển phần dài sang cột nội dung đầy đủ."),
        )

    def _there(self, *fields: Field) -> bool:
        """Whether the sheet says nothing of this, and the scenario has the inject."""
        known = self.number in self.target.entries
        return known and not any(self.cells.column(field) for field in fields)

    def _read_addressees(self) -> None:
        said = self.cells.text(Field.TO)
        found = self.target.addressees(said)
        if self.cells.column(Field.TO) is None and not self._there(Field.TO):
            found = Found(self.target.participating, ())  # ``preview`` says so, once
        self._read["addressees"] = found.codes
        for word, near in found.unknown[:MOST_TOLD]:
            message = _("Không có đơn vị “%s”.") % shortened(word)
            fix = None
            if near:
                message += " " + _("Gần nhất: %s.") % near
                fix = Fix(said.replace(word, near), _("Dùng “%s”") % near)
            self.error(
                Field.TO, "unknown_unit", message, _("Sửa tên, hoặc thêm đơn vị vào kịch bản."), fix
            )
        if more := found.unknown[MOST_TOLD:]:
            self.error(
                Field.TO,
                "unknown_units",
                _("Và %d tên khác không phải là đơn vị nào.") % len(more),
                _("Xem lại ô này: mỗi đơn vị một tên, cách nhau bằng dấu phẩy."),
            )
        if not found.codes and not found.unknown and not self._there(Field.TO):
            self.error(
                Field.TO,
                "to_missing",
                _("Thiếu đơn vị nhận."),
                _("Ghi tên hoặc mã đơn vị; “Tất cả” là mọi đơn vị tham gia."),
            )
        for code in found.codes:
            if code not in self.target.participating:
                self.warning(
                    Field.TO,
                    "not_participating",
                    _("Đơn vị %s không tham gia diễn tập.") % code,
                    _("Cho đơn vị tham gia, hoặc bỏ khỏi danh sách nhận."),
                )
        objectives = self.target.objectives.split(self.cells.text(Field.OBJECTIVES))
        section = self.cells.section
        problem = self.cells.text(Field.PROBLEM) or (section.problem if section else "")
        order = [one.code for one in self.target.document.objectives]
        self._read["objectives"] = tuple(sorted(objectives.codes, key=order.index))
        self._read["problem"] = self.target.problems.code(problem) if problem else None
        for word, near in objectives.unknown[:MOST_TOLD]:
            self._unknown(Field.OBJECTIVES, "unknown_objective", word, near)
        if rest := [word for word, _near in objectives.unknown[MOST_TOLD:]]:
            self._left_over(Field.OBJECTIVES, MOST_TOLD, rest)
        if problem and self._read["problem"] is None:
            near = self.target.problems.nearest(problem)
            self._unknown(Field.PROBLEM, "unknown_problem", problem, near)

    def _unknown(self, field: Field, code: str, word: str, near: str) -> None:
        said = self.cells.text(field) or word
        self.notes.append((self.cells.header(field), word))
        self.warning(
            field,
            code,
            _("“%s” không có trong kịch bản; được giữ làm ghi chú.") % shortened(word),
            _("Gần nhất: %s.") % near if near else _("Thêm vào kịch bản rồi nhập lại."),
            Fix(said.replace(word, near), _("Dùng “%s”") % near) if near else None,
        )

    def _read_spans(self) -> None:
        for field, name in (
            (Field.ACKNOWLEDGE, "acknowledge_within_s"),
            (Field.COMPLETE, "complete_within_s"),
        ):
            column = self.cells.column(field)
            habit = "" if self.cells.fixed(field) or column is None else column.habit
            try:
                span = times.read_span(self.cells.value(field), habit)
            except times.BadTime as error:
                self.error(field, error.code, error.message, error.hint)
                continue
            if span is not None and span > LONGEST_S:
                self._too_long(field)
            self._read[name] = span

    def _too_long(self, field: Field) -> None:
        self.error(
            field,
            "absurd_time",
            _("Khoảng thời gian dài hơn %d ngày.") % (LONGEST_S // DAY),
            _("Ghi ngắn hơn, ví dụ 30 phút hoặc 1h30m."),
        )

    def _read_choices(self) -> None:
        method = self.cells.text(Field.METHOD)
        found = words.method(method)
        self._read["method"] = found or Method.DOCUMENT
        if found is None and self.cells.column(Field.METHOD):
            what = (
                _("Không rõ kênh “%s”, sẽ dùng “Văn bản”.") % shortened(method)
                if method
                else _("Thiếu kênh, sẽ dùng “Văn bản”.")
            )
            if method:
                self.notes.append((self.cells.header(Field.METHOD), method))
            code = "unknown_method" if method else "method_missing"
            labels = ", ".join(str(choice.label) for choice in Method)
            self.warning(Field.METHOD, code, what, _("Các kênh: %s.") % labels)
        reply = self.cells.text(Field.REPLY)
        self._read["reply"] = words.reply(reply) or Reply.NONE
        if reply and words.reply(reply) is None:
            self._unknown(Field.REPLY, "unknown_reply", reply, "")
        release = self.cells.text(Field.RELEASE)
        self._read["release"] = words.release(release) or ReleaseMode.AUTO
        if release and words.release(release) is None:
            self._unknown(Field.RELEASE, "unknown_release", release, "")
        mandatory = words.yes(self.cells.text(Field.MANDATORY))
        if mandatory is None:
            self._unknown(Field.MANDATORY, "not_yes_or_no", self.cells.text(Field.MANDATORY), "")
        self._read["mandatory"] = bool(mandatory)
        if mandatory and not self._read.get("complete_within_s"):
            self.warning(
                Field.COMPLETE,
                "mandatory_without_deadline",
                _("Tình huống bắt buộc chưa có thời hạn hoàn thành."),
                _("Điền thời hạn trước khi duyệt kịch bản."),
            )

    def _read_after(self) -> None:
        said = lines_of(self.cells.text(Field.AFTER))
        if not said:
            return
        words_said = " ".join(said[0].split())
        match = _AFTER.fullmatch(words_said) if len(words_said) <= _LONGEST_AFTER else None
        event = match["event"].strip(" :,;-–()") if match else ""
        found = words.EVENTS.get(plain(event)) if event else TriggerEvent.COMPLETED
        delay_s: int | None = 0
        if match and match["delay"]:
            try:
                delay_s = times.read_span(match["delay"].lstrip("+ ")) or 0
            except times.BadTime:
                delay_s = None
        if match is None or found is None or delay_s is None or delay_s < 0:
            self.error(
                Field.AFTER,
                "bad_condition",
                _("Không đọc được điều kiện “%s”.") % shortened(said[0]),
                _("Ví dụ đúng: 1.05 hoàn thành +5', 1.05 quá hạn."),
            )
            return
        if delay_s > LONGEST_S:
            self._too_long(Field.AFTER)
        self.trigger = doc.Trigger(match["number"], found.value, delay_s)
        if said[1:]:
            self.notes.append((self.cells.header(Field.AFTER), "\n".join(said[1:])))
            self.warning(
                Field.AFTER,
                "one_condition",
                _("Chỉ dùng điều kiện đầu tiên; các điều kiện khác giữ làm ghi chú."),
            )

    # ── what other rows decide ──────────────────────────────────────────────────────────────
    def number_taken(self, row: int, numbers: Numbers) -> None:
        """The same number stands in an earlier row."""
        # Excel turns 1.10 typed as a number into 1.1.
        longer = f"{self.number}0"
        cut = isinstance(self.cells.value(Field.NUMBER), float) and longer not in numbers
        free = numbers.take(longer) if cut else numbers.take_after(self.number)
        self.error(
            Field.NUMBER,
            "number_duplicate",
            _("Trùng số %(number)s với dòng %(row)d.") % {"number": self.number, "row": row},
            _("Đặt số khác."),
            Fix(free, _("Đổi thành %s") % free),
        )

    def number_made(self, numbers: Numbers) -> None:
        """The row has no number."""
        place = {"preparation": 2, "execution": 3}.get(self.phase, 1)
        self.number = numbers.take_after(f"{place}.01")
        if self.cells.column(Field.NUMBER):
            self.warning(
                Field.NUMBER,
                "number_missing",
                _("Thiếu số, sẽ đánh số %s.") % self.number,
                fix=Fix(self.number, _("Dùng số %s") % self.number),
            )

    def check_trigger(self, known: set[str]) -> None:
        """The inject it waits for must be there, and not be itself."""
        if self.trigger is None:
            return
        if self.planned_us is not None:
            self.notes.append((self.cells.header(Field.AFTER), self.cells.text(Field.AFTER)))
            self.trigger = None
            self.warning(
                Field.AFTER,
                "time_and_condition",
                _("Có cả giờ và điều kiện: dùng giờ, điều kiện giữ làm ghi chú."),
                _("Bỏ giờ nếu muốn phát theo điều kiện."),
            )
        elif self.trigger.inject not in known or self.trigger.inject == self.number:
            self.error(
                Field.AFTER,
                "unknown_inject",
                _("Không có tình huống %s.") % shortened(self.trigger.inject),
                _("Ghi số của một tình huống khác trong kịch bản."),
            )

    def waits_in_a_circle(self, loop: Sequence[str]) -> None:
        """What it waits for waits for it, by whatever way round."""
        self.error(
            Field.AFTER,
            "trigger_cycle",
            _("Các tình huống chờ nhau theo vòng tròn: %s.") % " → ".join(loop[:MOST_TOLD]),
            _("Cho một tình huống trong vòng giờ cụ thể."),
        )

    def entry(self) -> doc.Entry | None:
        """The inject, unless an error stands against it."""
        if self.errors:
            return None
        notes = bounded_notes(self.notes)
        if notes != self.notes:
            self.warning(
                None,
                "notes_shortened",
                _("Ghi chú dài hoặc nhiều quá mức; phần thừa được gộp lại và cắt bỏ."),
                _("Đưa phần dài vào văn bản đính kèm."),
            )
        return doc.Entry(
            number=self.number,
            phase=self.phase,
            planned_us=self.planned_us,
            trigger=self.trigger,
            notes=tuple(notes),
            problem=self._read["problem"],  # type: ignore[arg-type]
            sender=self._read["sender"],  # type: ignore[arg-type]
            addressees=self._read["addressees"],  # type: ignore[arg-type]
            method=str(self._read["method"]),
            title=self._read["title"],  # type: ignore[arg-type]
            content=self._read["content"],  # type: ignore[arg-type]
            expected_actions=self._read["expected_actions"],  # type: ignore[arg-type]
            objectives=self._read["objectives"],  # type: ignore[arg-type]
            acknowledge_within_s=self._read.get("acknowledge_within_s"),  # type: ignore[arg-type]
            complete_within_s=self._read.get("complete_within_s"),  # type: ignore[arg-type]
            mandatory=bool(self._read["mandatory"]),
            reply=str(self._read["reply"]),
            release=str(self._read["release"]),
        )
