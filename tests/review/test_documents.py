"""The report's files: what an office opens, prints and counts with."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from django.utils import translation
from docx import Document
from docx.oxml.ns import qn
from openpyxl import load_workbook

from exercise.review.files import FORMATS, written
from exercise.review.files.letter import letter, paragraph
from exercise.review.outline import outline, sentences
from exercise.review.report import build_report
from tests.review.pdf_text import Pdf
from tests.review.scene import NOTE, over, signed, tamper

ON_PAPER = ["docx", "html", "pdf"]


@pytest.fixture(scope="module")
def drill(django_db_setup, django_db_blocker):
    """One drill for all of these: they only read it."""
    from django.db import transaction

    with django_db_blocker.unblock(), translation.override("vi"):
        outer = transaction.atomic()
        outer.__enter__()
        found = over()
        found.version = signed(found)
        found.fresh()
        yield found
        transaction.set_rollback(True)
        outer.__exit__(None, None, None)


@pytest.fixture(params=["vi", "en"])
def report(request, drill, db):
    return build_report(drill.exercise, request.param, drill.version)


class _Words(HTMLParser):
    def __init__(self):
        super().__init__()
        self.said, self.tags = [], []

    def handle_data(self, data):
        self.said.append(data)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)


def words(form: str, content: bytes) -> str:
    """Everything a file says, in its order, with single spaces."""
    if form == "pdf":
        said = " ".join(Pdf(content).pages())
    elif form == "html":
        parser = _Words()
        parser.feed(content.decode())
        said = " ".join(parser.said)
    else:
        file = zipfile.ZipFile(io.BytesIO(content))
        parts = [name for name in file.namelist() if re.match(r"word/(document|footer\d)", name)]
        trees = [ElementTree.fromstring(file.read(name)) for name in sorted(parts)]
        said = " ".join(
            "".join(one.text or "" for one in lines.iter(qn("w:t")))
            for tree in trees
            for lines in tree.iter(qn("w:p"))
        )
    return " ".join(said.split())


# ── the same in all of them ─────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("form", ON_PAPER)
def test_every_sentence_is_in_it_letter_by_letter(report, form):
    said = words(form, written(report, form))
    found = outline(report)
    with translation.override(report.language):
        chapters = [
            paragraph(runs) for part in (found.summary, *found.closing) for runs in part.paragraphs
        ]
    plain = [one for one in sentences(found) if "999999" not in one]
    wanted = [*report.findings, *plain, *chapters, letter(report).subject, found.notice]
    assert len(wanted) > 15
    assert [one for one in wanted if " ".join(one.split()) not in said] == []


@pytest.mark.parametrize("form", ON_PAPER)
def test_every_cell_of_every_table_is_in_it(report, form):
    said = words(form, written(report, form))
    found = outline(report)
    cells = {
        " ".join(text.split())
        for part in (found.figures, *found.numbered)
        for table in part.tables
        for row in table.rows
        for cell in row
        for text in (cell.line, cell.strong)
    }
    assert len(cells) > 60
    assert {one for one in cells if one not in said} == set()


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_what_is_wrong_with_the_journal_is_said_first(db, form):
    drill = over()
    tamper(drill)
    report = build_report(drill.exercise)
    (warning,) = report.warnings
    content = written(report, form)
    if form == "json":
        assert warning in content.decode()
    elif form == "xlsx":
        assert load_workbook(io.BytesIO(content)).worksheets[0]["A1"].value == warning
    else:
        said = words(form, content)
        title = said.index(report.head.title, said.index(warning))
        assert said.index(warning) < title
        before = said[: said.index(warning)]
        assert "BÁO CÁO" not in before
        if form == "pdf":
            assert warning in " ".join(Pdf(content).pages()[0].split())


@pytest.mark.parametrize("form", ["docx", "pdf", "html"])
def test_a_moment_says_which_entry_it_is(drill, db, form):
    said = words(form, written(build_report(drill.exercise, "vi", drill.version), form))
    assert "xem N1 07:00 (mục 2) và [[999999]]." in said


# ── DOCX ────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def docx(report):
    return written(report, "docx")


def test_word_can_edit_it_by_its_own_styles(report, docx):
    document = Document(io.BytesIO(docx))
    headings = [one.text for one in document.paragraphs if one.style.name == "Heading 1"]
    assert headings == [part.title for part in outline(report).numbered]
    style = document.styles["Heading 1"].element
    number = style.pPr.find(qn("w:numPr")).find(qn("w:numId")).get(qn("w:val"))
    numbered = document.part.numbering_part.element
    (num,) = [one for one in numbered.findall(qn("w:num")) if one.get(qn("w:numId")) == number]
    kind = num.find(qn("w:abstractNumId")).get(qn("w:val"))
    (of,) = [
        one
        for one in numbered.findall(qn("w:abstractNum"))
        if one.get(qn("w:abstractNumId")) == kind
    ]
    assert of.find(f".//{qn('w:lvlText')}").get(qn("w:val")) == "%1."
    assert document.styles["Normal"].font.name == "Times New Roman"
    assert document.styles["Normal"].font.size.pt == 14


def test_its_page_is_as_the_decree_says(docx):
    section = Document(io.BytesIO(docx)).sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    assert 20 <= section.top_margin.mm <= 25
    assert 20 <= section.bottom_margin.mm <= 25
    assert 30 <= section.left_margin.mm <= 35
    assert 15 <= section.right_margin.mm <= 20
    assert section.different_first_page_header_footer
    assert "PAGE" in section.header._element.xml
    assert "PAGE" not in section.first_page_header._element.xml


def test_the_head_of_the_letter_has_its_two_columns(report, docx):
    table = Document(io.BytesIO(docx)).tables[0]
    left, right = (cell.text for cell in table.rows[0].cells)
    head = letter(report)
    assert head.number in left
    assert [line for line in right.split("\n") if line] == [
        head.nation,
        head.motto,
        head.place_and_date,
    ]


def test_its_tables_repeat_their_headings_and_cut_no_row(report, docx):
    tables = Document(io.BytesIO(docx)).tables
    found = outline(report)
    wanted = [table for part in (found.figures, *found.numbered) for table in part.tables]
    assert len(tables) == len(wanted) + 2  # the head of the letter, and its foot
    for table, of in zip(tables[1:-1], wanted, strict=True):
        rows = table._tbl.tr_lst
        assert len(rows) == len(of.rows) + 1
        assert rows[0].trPr.find(qn("w:tblHeader")) is not None
        assert all(row.trPr.find(qn("w:cantSplit")) is not None for row in rows)
        assert all(len(row.tc_lst) == len(of.columns) for row in rows)
        assert [cell.text for cell in table.rows[0].cells] == [one.label for one in of.columns]


def test_all_its_parts_are_xml_and_name_what_there_is(docx):
    file = zipfile.ZipFile(io.BytesIO(docx))
    assert file.testzip() is None
    for name in file.namelist():
        if name.endswith((".xml", ".rels")):
            ElementTree.fromstring(file.read(name))
    targets = re.findall(rb'Target="([^"]+)"', file.read("word/_rels/document.xml.rels"))
    there = set(file.namelist())
    for target in targets:
        name = target.decode()
        assert (name[1:] if name.startswith("/") else f"word/{name}") in there or "../" in name


_ORDER_OF_PARAGRAPH = ["keepNext", "numPr", "pBdr", "spacing", "ind", "jc", "outlineLvl"]


def test_what_word_demands_the_order_of_is_in_order(docx):
    file = zipfile.ZipFile(io.BytesIO(docx))
    for part in ("word/document.xml", "word/styles.xml"):
        for properties in ElementTree.fromstring(file.read(part)).iter(qn("w:pPr")):
            names = [one.tag.split("}")[1] for one in properties]
            known = [name for name in names if name in _ORDER_OF_PARAGRAPH]
            assert known == sorted(known, key=_ORDER_OF_PARAGRAPH.index)


# ── PDF ─────────────────────────────────────────────────────────────────────────────────────────
def test_the_pdf_is_a4_numbered_and_brings_its_fonts(report):
    content = written(report, "pdf")
    pdf = Pdf(content)
    assert pdf.embedded
    assert re.findall(rb"/MediaBox\[0 0 ([\d.]+) ([\d.]+)\]", content)[0] == (
        b"595.2756",
        b"841.8898",
    )
    pages = pdf.pages()
    assert len(pages) == pdf.page_count > 1
    for number, page in enumerate(pages, 1):
        assert f"{number} / {len(pages)}" in page
        assert outline(report).notice in " ".join(page.split())


def test_a_table_too_long_for_paper_says_what_is_left_out(drill, db, monkeypatch):
    monkeypatch.setattr("exercise.review.files.pdf.MOST_ROWS", 2)
    said = words("pdf", written(build_report(drill.exercise, "vi", drill.version), "pdf"))
    assert "Không in 1 dòng của bảng; tệp XLSX có đủ." in said


def test_the_same_report_is_the_same_pdf(drill, db):
    report = build_report(drill.exercise, "vi", drill.version)
    assert written(report, "pdf") == written(report, "pdf")


# ── the workbook ────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def book(drill, db):
    report = build_report(drill.exercise, "vi", drill.version)
    return load_workbook(io.BytesIO(written(report, "xlsx")))


def column(sheet, heading):
    place = [cell.value for cell in sheet[1]].index(heading)
    return [row[place] for row in sheet.iter_rows(min_row=2)]


def test_its_sheets(book):
    assert book.sheetnames == [
        "Số liệu",
        "Giai đoạn",
        "Tin",
        "Xác nhận",
        "Đơn vị",
        "Đánh giá",
        "Nhận xét",
        "Khắc phục",
        "Nhật ký",
    ]
    assert all(sheet.freeze_panes == "A2" for sheet in book.worksheets[1:])


def test_its_columns_hold_what_can_be_counted_with(book):
    assert [cell.value for cell in column(book["Tin"], "Tin")] == ["1.01", "1.02", "2.01"]
    assert [cell.value for cell in column(book["Xác nhận"], "Sau (phút)")] == [3.0, 18.0]
    assert [cell.value for cell in column(book["Xác nhận"], "Quá hạn")] == [False, True]
    released = column(book["Tin"], "Giờ phát")
    assert released[0].value == datetime(2023, 10, 10, 7, 5)
    assert released[0].number_format == "dd/mm/yyyy hh:mm:ss"
    assert column(book["Khắc phục"], "Hạn")[0].is_date


def test_the_journal_is_in_it_whole(book, drill):
    sheet = book["Nhật ký"]
    assert [cell.value for cell in column(sheet, "Số")] == list(
        range(1, drill.exercise.journal_seq + 1)
    )
    assert column(sheet, "Mã băm")[-1].value == drill.exercise.journal_head


def test_nothing_in_it_is_a_formula(book):
    (note,) = column(book["Đánh giá"], "Ghi chú")
    assert (note.value, note.data_type, note.quotePrefix) == (NOTE, "s", True)
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds


# ── HTML ────────────────────────────────────────────────────────────────────────────────────────
def test_the_page_needs_nothing_else_and_runs_nothing(report):
    content = written(report, "html").decode()
    parser = _Words()
    parser.feed(content)
    assert not {"script", "link", "img", "iframe"} & set(parser.tags)
    assert not re.search(r"\b(?:src|href)=", content)
    assert NOTE in "".join(parser.said)
    assert f'<html lang="{report.language}">' in content


def test_the_html_file_draws_what_the_page_draws(report):
    page = written(report, "html").decode()
    assert page.count('class="ch ch-plan"') == page.count('class="ch ch-strips"') == 1
    told = " ".join(re.findall(r'<g class="mk"[^>]*><title>([^<]*)</title>', page))
    assert all(row.number in told for row in report.injects.rows if row.released_us is not None)
    assert page.index('class="ch ch-plan"') < page.index('class="ch ch-strips"')
