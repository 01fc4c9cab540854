"""Vietnamese before Unicode: TCVN3 (ABC) and VNI-Windows, told apart by the syllables they give.

Both put Vietnamese letters on the bytes of Western European ones, so that any of these files can be
read in every encoding; only one of them gives Vietnamese. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

SAMPLE = 65_536
PLAUSIBLE = 0.8
"""Share of the words with foreign letters that must be Vietnamese syllables."""
MARGIN = 0.2
"""By so much the best reading must be better than the next one."""
LEAST_WORDS = 3

# Letters from 0xA1 on; a space stands for a byte that bears none.
_TCVN3_LETTERS = (
    "ĂÂÊÔƠƯĐăâêôơưđ      àảãáạ ằẳẵắ       ặầẩẫấậè ẻẽéẹềểễếệìỉ   ĩíịò ỏõóọồổỗốộờởỡớợù ủũúụừửữứựỳỷỹýỵ"
)
_TCVN3 = {0xA1 + place: letter for place, letter in enumerate(_TCVN3_LETTERS) if letter != " "}
_VNI_LETTERS = dict(zip("ôöíìæóòîñ", "ơưíìỉĩịỵđ", strict=True))
_VNI_TONES = dict(zip("ùøûõï", "\u0301\u0300\u0309\u0303\u0323", strict=True))
_CIRCUMFLEX, _BREVE = "\u0302", "\u0306"
_VNI_MARKS = (
    _VNI_TONES
    | dict(zip("âáàåãä", (_CIRCUMFLEX + tone for tone in ("", *_VNI_TONES.values())), strict=True))
    | dict(zip("êéèúüë", (_BREVE + tone for tone in ("", *_VNI_TONES.values())), strict=True))
)
_VNI_PAIRS = {
    base + mark: unicodedata.normalize("NFC", _VNI_LETTERS.get(base, base) + written)
    for base in "aeouyôö"
    for mark, written in _VNI_MARKS.items()
    if written in _VNI_TONES.values()
    or (written[0] == _CIRCUMFLEX and base in "aeo")
    or (written[0] == _BREVE and base == "a")
}
_VNI_WORDS = _VNI_PAIRS | _VNI_LETTERS
_VNI_WORDS |= {written.upper(): letter.upper() for written, letter in _VNI_WORDS.items()}
_VNI = re.compile("|".join(sorted(_VNI_WORDS, key=len, reverse=True)))

_TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_WORD = re.compile(r"[^\W\d_]+")
_SYLLABLE = re.compile(
    "(ngh?|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdđghklmnprstvx])?"
    "(uyê|uya|uyu|uôi|ươi|ươu|iêu|yêu|uây|oai|oay|oeo|oao|"
    "ai|ao|au|ay|âu|ây|eo|êu|ia|iê|iu|oa|oă|oe|oi|ôi|ơi|oo|"
    "ua|uâ|uê|ui|uô|uơ|uy|ưa|ưi|ươ|ưu|yê|[aăâeêioôơuưy])"
    "(ch|nh|ng|[cmnpt])?"
)
_TYPOGRAPHY = frozenset("–—‘’“”…•«»°±×\u00a0")


@dataclass(frozen=True, slots=True)
class Guess:
    """The text in its likeliest encoding; ``certain`` if no other reading comes near it."""

    text: str
    encoding: str
    certain: bool


def guessed(data: bytes) -> Guess | None:
    """The likeliest reading of bytes that are not UTF-8; Windows-1258 where none is certain, and
    nothing if that is not possible either.
    """
    readings = {"TCVN3 (ABC)": tcvn3, "VNI-Windows": vni, "Windows-1258": windows_1258}
    sample = data[:SAMPLE]
    shares = {}
    for name, read in readings.items():
        try:
            shares[name] = plausibility(read(sample))
        except UnicodeDecodeError:
            continue
    best = max(shares, key=lambda name: (shares[name][0], name), default="")
    if best:
        share, words = shares[best]
        others = max((shares[name][0] for name in shares if name != best), default=0.0)
        if share >= PLAUSIBLE and share - others >= MARGIN and words >= LEAST_WORDS:
            try:
                return Guess(readings[best](data), best, certain=True)
            except UnicodeDecodeError:
                pass
    try:
        return Guess(windows_1258(data), "Windows-1258", certain=False)
    except UnicodeDecodeError:
        return None


def windows_1258(data: bytes) -> str:
    """What Windows wrote for Vietnamese: the tone follows its letter.

    Raises:
        UnicodeDecodeError: a byte that it has no character for.
    """
    return data.decode("cp1258")


def tcvn3(data: bytes) -> str:
    """One byte a letter, as the fonts named ``.Vn…`` show it.

    Raises:
        UnicodeDecodeError: a byte that it has no character for.
    """
    return data.decode("cp1252").translate(_TCVN3)


def vni(data: bytes) -> str:
    """A letter and what stands on it, a byte each, as the fonts named ``VNI-…`` show it.

    Raises:
        UnicodeDecodeError: a byte that it has no character for.
    """
    return _VNI.sub(lambda found: _VNI_WORDS[found[0]], data.decode("cp1252"))


def plausibility(text: str) -> tuple[float, int]:
    """Share of the words with foreign letters that are Vietnamese syllables, and their number.

    A foreign sign in no word counts against it as a word would, but for quotes and dashes.
    """
    text = unicodedata.normalize("NFC", unicodedata.normalize("NFD", text))
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    signs = sum(not (one.isascii() or one.isalpha() or one in _TYPOGRAPHY) for one in text)
    sound = sum(_is_syllable(word) for word in words)
    return (sound / (len(words) + signs) if words else 0.0), len(words)


def _is_syllable(word: str) -> bool:
    if not (word.islower() or word.isupper() or word.istitle()):
        return False
    bare, tones = _TONES.subn("", unicodedata.normalize("NFD", word.lower()))
    return tones <= 1 and bool(_SYLLABLE.fullmatch(unicodedata.normalize("NFC", bare)))
