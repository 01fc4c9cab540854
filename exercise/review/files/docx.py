"""The report as a document that an office edits: Word's own styles, numbering and tables.

Charts are tables here. Rows are written as XML, because python-docx looks through a whole table for
each cell it adds.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from django.utils import translation
from django.utils.translation import gettext as _
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

from exercise.review.files.letter import MARGINS_MM, Letter, letter, paragraph, plain
from exercise.review.outline import Cell, Outline, Part, Table, outline, widths
from exercise.review.report.values import Report

FONT = "Times New Roman"
SIZE_PT, TABLE_PT = 14, 10
TEXT_MM = 210 - MARGINS_MM["left"] - MARGINS_MM["right"]
TWIPS_PER_MM = 1440 / 25.4
MARGIN_TWIPS, LETTER_TWIPS = 57, 114
"""Of a cell, on each side; of a letter of a heading, bold and wide."""
SHADES = {"P": "0B5C66", "S": "BFE0E1", "M": "F6CF80", "U": "B22A08"}
_ON_DARK = frozenset("PU")
_NUMBERED = 77
"""Key of the numbering of sections, of which the template has none of its own."""


def write(report: Report) -> bytes:
    """The file."""
    found = outline(report)
    document = Document()
    with translation.override(report.language):
        _page(document, found)
        _styles(document, found.language)
        _warnings(document, found.warnings)
        head = letter(report)
        _heading(document, head)
        _introduction(document, found)
        for part in found.numbered:
            _part(document, part)
        _foot(document, head, found)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


# ── the page and its styles ─────────────────────────────────────────────────────────────────────
def _page(document: Any, found: Outline) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    for side, millimetres in MARGINS_MM.items():
        setattr(section, f"{side}_margin", Mm(millimetres))
    section.header_distance = section.footer_distance = Mm(10)
    # The number stands in the middle of the upper margin, and not on the first page.
    section.different_first_page_header_footer = True
    number = section.header.paragraphs[0]
    number.alignment = WD_ALIGN_PARAGRAPH.CENTER
    number._p.append(
        parse_xml(
            f'<w:fldSimple {nsdecls("w")} w:instr="PAGE"><w:r><w:t>2</w:t></w:r></w:fldSimple>'
        )
    )
    for footer in (section.footer, section.first_page_footer):
        mark = footer.paragraphs[0]
        mark.alignment = WD_ALIGN_PARAGRAPH.CENTER
        mark.add_run(found.notice).font.size = Pt(9)
    properties = document.core_properties
    properties.title, properties.language = plain(found.title), found.language
    properties.author = properties.comments = properties.last_modified_by = ""


def _styles(document: Any, language: str) -> None:
    styles = document.styles
    _font(styles["Normal"], SIZE_PT)
    styles["Normal"].paragraph_format.space_after = Pt(6)
    styles["Normal"].paragraph_format.space_before = Pt(0)
    code = {"vi": "vi-VN", "en": "en-GB"}[language]
    defaults = styles.element.find(qn("w:docDefaults"))
    for known in defaults.iter(qn("w:lang")):
        known.set(qn("w:val"), code)
    for name, size in (("Heading 1", SIZE_PT), ("Heading 2", SIZE_PT - 1), ("Title", SIZE_PT)):
        style = styles[name]
        _font(style, size, bold=True)
        style.paragraph_format.space_before = Pt(12 if name == "Heading 1" else 6)
        style.paragraph_format.space_after = Pt(6)
        style.paragraph_format.keep_with_next = True
    borders = styles["Title"].element.pPr.find(qn("w:pBdr"))
    if borders is not None:
        styles["Title"].element.pPr.remove(borders)
    styles["Title"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _number_sections(document)


def _font(style: Any, size_pt: int, *, bold: bool | None = None) -> None:
    style.font.name, style.font.size = FONT, Pt(size_pt)
    style.font.color.rgb = RGBColor(0, 0, 0)
    if bold is not None:
        style.font.bold = bold
    fonts = style.element.rPr.rFonts
    for name in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{name}"), None)
    for name in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{name}"), FONT)


def _number_sections(document: Any) -> None:
    """Number what is of style Heading 1, so that a section put in between counts."""
    numbering = document.part.numbering_part.element
    numbering.insert(
        0,
        parse_xml(
            f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{_NUMBERED}">'
            '<w:multiLevelType w:val="singleLevel"/>'
            '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/>'
            '<w:pStyle w:val="Heading1"/><w:suff w:val="space"/><w:lvlText w:val="%1."/>'
            '<w:lvlJc w:val="left"/><w:pPr><w:ind w:left="0" w:firstLine="0"/></w:pPr></w:lvl>'
            "</w:abstractNum>"
        ),
    )
    numbering.append(
        parse_xml(
            f'<w:num {nsdecls("w")} w:numId="{_NUMBERED}">'
            f'<w:abstractNumId w:val="{_NUMBERED}"/></w:num>'
        )
    )
    properties = document.styles["Heading 1"].element.get_or_add_pPr()
    properties.append(
        parse_xml(
            f'<w:numPr {nsdecls("w")}><w:ilvl w:val="0"/><w:numId w:val="{_NUMBERED}"/></w:numPr>'
        )
    )
    _in_order(properties)


_ORDER = (
    *("keepNext", "keepLines", "pageBreakBefore", "widowControl", "numPr", "pBdr", "shd"),
    *("spacing", "ind", "contextualSpacing", "jc", "outlineLvl"),
)
"""The order that the standard demands of what may be in a paragraph's properties here."""


def _in_order(properties: Any) -> None:
    found = sorted(properties, key=lambda one: _ORDER.index(one.tag.split("}")[1]))
    for one in found:
        properties.remove(one)
        properties.append(one)


# ── head and foot ───────────────────────────────────────────────────────────────────────────────
def _warnings(document: Any, warnings: Iterable[str]) -> None:
    for warning in warnings:
        shown = document.add_paragraph()
        run = shown.add_run(plain(warning))
        run.bold, run.font.color.rgb = True, RGBColor(0xB2, 0x2A, 0x08)


def _heading(document: Any, head: Letter) -> None:
    office = [(head.office, {"bold": True, "size": 13}), (_RULE, {})] if head.office else []
    left = [*office, (head.number, {"size": 13})]
    right = [
        (head.nation, {"bold": True, "size": 13}),
        (head.motto, {"bold": True, "size": 14}),
        (_RULE, {}),
        (head.place_and_date, {"italic": True, "size": 14}),
    ]
    _columns(document, (left, right), (60, TEXT_MM - 60))
    document.add_paragraph()
    document.add_paragraph(head.kind, style="Title")
    _line(document.add_paragraph(style="Normal"), plain(head.subject), bold=True, size=SIZE_PT)
    _rule(document.add_paragraph(), (TEXT_MM - 40) // 2)


_RULE = "—"
"""A line of a column that is a rule."""


def _rule(shown: Any, indent_mm: int) -> None:
    """A short line in the middle: the lower border of an empty paragraph."""
    shown.paragraph_format.left_indent = shown.paragraph_format.right_indent = Mm(indent_mm)
    shown.paragraph_format.space_after = Pt(4)
    shown.add_run("").font.size = Pt(2)
    shown.paragraph_format.line_spacing = Pt(4)
    properties = shown._p.get_or_add_pPr()
    properties.append(
        parse_xml(
            f"<w:pBdr {nsdecls('w')}>"
            '<w:bottom w:val="single" w:sz="6" w:space="1" w:color="000000"/></w:pBdr>'
        )
    )
    _in_order(properties)


def _columns(
    document: Any,
    sides: tuple[list[tuple[str, dict[str, Any]]], list[tuple[str, dict[str, Any]]]],
    widths_mm: tuple[int, int],
) -> None:
    """Two columns without lines, as at the head and the foot of a letter."""
    table = document.add_table(rows=1, cols=2)
    table.autofit = False
    for place, (lines, width) in enumerate(zip(sides, widths_mm, strict=True)):
        table.columns[place].width = Mm(width)
        cell = table.rows[0].cells[place]
        cell.width = Mm(width)
        for text, looks in (line for line in lines if line[0]):
            shown = cell.add_paragraph()
            if text == _RULE:
                _rule(shown, width * 2 // 7)
            else:
                _line(shown, plain(text), **looks)
        cell._tc.remove(cell.paragraphs[0]._p)  # the empty one that it came with


def _line(
    shown: Any, text: str, *, bold: bool = False, italic: bool = False, size: int = 13
) -> None:
    shown.alignment = WD_ALIGN_PARAGRAPH.CENTER
    shown.paragraph_format.space_after = Pt(0)
    run = shown.add_run(text)
    run.bold, run.italic, run.font.size = bold, italic, Pt(size)


def _introduction(document: Any, found: Outline) -> None:
    document.add_paragraph(plain(found.subtitle))
    for line in found.about:
        shown = document.add_paragraph()
        shown.paragraph_format.space_after = Pt(0)
        shown.add_run(plain(line)).font.size = Pt(TABLE_PT)
    if found.summary.paragraphs:
        document.add_paragraph(found.summary.title, style="Heading 2")
        _paragraphs(document, found.summary)
    document.add_paragraph(found.figures.title, style="Heading 2")
    _contents(document, found.figures)


def _foot(document: Any, head: Letter, found: Outline) -> None:
    for line in found.signature:
        document.add_paragraph(plain(line))
    document.add_paragraph()
    left = [(head.receivers_title, {"bold": True, "italic": True, "size": 12})]
    left += [(line, {"size": 11}) for line in head.receivers]
    right = [
        (head.rank, {"bold": True, "size": 14}),
        (_("(đã ký trên hệ thống)") if head.signer else "", {"italic": True, "size": 13}),
        (head.signer, {"bold": True, "size": 14}),
    ]
    _columns(document, (left, right), (TEXT_MM // 2, TEXT_MM - TEXT_MM // 2))


# ── sections ────────────────────────────────────────────────────────────────────────────────────
def _part(document: Any, part: Part) -> None:
    document.add_paragraph(part.title, style="Heading 1")
    _contents(document, part)


def _contents(document: Any, part: Part) -> None:
    for finding in part.findings:
        if finding:
            _body(document, plain(finding))
    _paragraphs(document, part)
    for table in part.tables:
        if len(part.tables) > 1:
            document.add_paragraph(plain(table.title), style="Heading 2")
        # Before what follows it: a table at the end of the body is the last thing but its section.
        document.element.body.sectPr.addprevious(parse_xml(_table(table)))
        document.add_paragraph().paragraph_format.space_after = Pt(0)


def _paragraphs(document: Any, part: Part) -> None:
    for runs in part.paragraphs:
        _body(document, paragraph(runs))


def _body(document: Any, text: str) -> None:
    shown = document.add_paragraph(text)
    shown.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    shown.paragraph_format.first_line_indent = Mm(10)


def _table(table: Table) -> str:
    """A table as XML: its headings on every page, no row cut in two."""
    whole = round(TEXT_MM * TWIPS_PER_MM)
    parts = widths(table.columns, whole, letter=LETTER_TWIPS, margins=2 * MARGIN_TWIPS)
    sides = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="808080"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    grid = "".join(f'<w:gridCol w:w="{part}"/>' for part in parts)
    heads = [Cell(column.label) for column in table.columns]
    rows = [_row(heads, parts, [False] * len(parts), head=True)]
    numeric = [column.numeric for column in table.columns]
    rows += [_row(row, parts, numeric) for row in table.rows]
    return (
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{whole}" w:type="dxa"/>'
        f"<w:tblBorders>{sides}</w:tblBorders>"
        '<w:tblLayout w:type="fixed"/>'
        f'<w:tblCellMar><w:left w:w="{MARGIN_TWIPS}" w:type="dxa"/>'
        f'<w:right w:w="{MARGIN_TWIPS}" w:type="dxa"/></w:tblCellMar>'
        f"<w:tblCaption w:val={quoteattr(plain(table.title))}/></w:tblPr>"
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def _row(
    cells: Iterable[Cell], parts: list[int], numeric: list[bool], *, head: bool = False
) -> str:
    inside = "".join(
        _cell(cell, part, right, head=head)
        for cell, part, right in zip(cells, parts, numeric, strict=True)
    )
    header = "<w:tblHeader/>" if head else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{header}</w:trPr>{inside}</w:tr>"


def _cell(cell: Cell, width: int, right: bool, *, head: bool) -> str:
    colour = "D9E2EC" if head else SHADES.get(cell.rating, "")
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{colour}"/>' if colour else ""
    lines = [(cell.strong, True)] if cell.strong else []
    if cell.line or not lines:
        lines.append((cell.line, head or bool(cell.rating)))
    align = "right" if right else "center" if head or cell.rating else "left"
    white = cell.rating in _ON_DARK if cell.rating else False
    inside = "".join(_line_of_cell(text, bold, align, white) for text, bold in lines)
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}</w:tcPr>{inside}</w:tc>'


def _line_of_cell(text: str, bold: bool, align: str, white: bool) -> str:
    weight = "<w:b/>" if bold else ""
    colour = '<w:color w:val="FFFFFF"/>' if white else ""
    half_points = 2 * TABLE_PT
    breaks = "<w:br/>".join(
        f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in plain(text).split("\n")
    )
    return (
        f'<w:p><w:pPr><w:spacing w:before="20" w:after="20"/><w:jc w:val="{align}"/></w:pPr>'
        f'<w:r><w:rPr>{weight}{colour}<w:sz w:val="{half_points}"/></w:rPr>{breaks}</w:r></w:p>'
    )
