"""The headers of the MSEL as a table, in both languages, by the keys of the scenario file. Pure.

They belong to the format like those keys: they are not translated with the interface, or a file
could not be read any more once a translation has been improved.
"""

from __future__ import annotations

from units.text import Text


def _sides(key: str, vi: str, en: str) -> dict[str, Text]:
    return {
        f"{key}.vi": Text(vi, f"{en} (Vietnamese)"),
        f"{key}.en": Text(f"{vi}, tiếng Anh", en),
    }


HEADERS = {
    "number": Text("Số", "No."),
    "phase": Text("Giai đoạn", "Phase"),
    "at": Text("Giờ DT", "Exercise time"),
    "when": Text("Sau tình huống", "After inject"),
    "problem": Text("Vấn đề", "Training problem"),
    **_sides("from", "Nơi gửi", "From"),
    "to": Text("Đơn vị nhận", "To"),
    "method": Text("Kênh", "Method"),
    **_sides("title", "Nội dung", "Title"),
    **_sides("content", "Nội dung đầy đủ", "Content"),
    **_sides("expected_actions", "Hành động mong đợi", "Expected actions"),
    "objectives": Text("Mục tiêu", "Objectives"),
    "acknowledge_within": Text("Hạn xác nhận", "Acknowledge within"),
    "complete_within": Text("Hạn hoàn thành", "Complete within"),
    "mandatory": Text("Bắt buộc", "Mandatory"),
    "reply": Text("Yêu cầu trả lời", "Reply"),
    "release": Text("Cách phát", "Release"),
}
"""By path: the key, with ``.vi`` or ``.en`` for one side of a text."""

NOTE = Text("Ghi chú: ", "Note: ")
"""What a note is headed with whose name alone would be taken for another column."""


def header_key(words: str) -> str:
    """What makes two headers the same, however they are spaced."""
    return " ".join(words.split()).casefold()


def path_of(header: str) -> str:
    """The path that a header means: ``notes.`` and its name where it is none of the format's."""
    if known := _PATHS.get(header_key(header)):
        return known
    name = header.strip()
    for prefix in _PREFIXES:
        if name.startswith(prefix):
            name = name.removeprefix(prefix)
            break
    return f"notes.{name}"


def note_header(name: str, language: str) -> str:
    """The header of a note, from which ``path_of`` finds its name again."""
    taken = header_key(name) in _PATHS or name.startswith(_PREFIXES)
    return NOTE.in_language(language) + name if taken else name


_PATHS = {
    header_key(header): path for path, both in HEADERS.items() for header in both.as_dict().values()
}
_PREFIXES = tuple(NOTE.as_dict().values())
