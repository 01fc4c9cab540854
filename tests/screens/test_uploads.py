"""What becomes of files that are sent in: told by content, drawn anew, named harmlessly, or refused
with a sentence.
"""

from __future__ import annotations

import hashlib
import io
import struct
import subprocess
import sys
import unicodedata
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, PngImagePlugin

from exercise.conduct import Upload
from exercise.screens import documents, uploads

ROOT = Path(__file__).parents[2]
RED, BLUE = (200, 10, 10), (10, 10, 200)
SECRET = b"GPS-21.0285N-105.8542E"


def take(name: str, content: bytes) -> Upload:
    return uploads.check(SimpleUploadedFile(name, content))


def refusal(name: str, content: bytes) -> str:
    with pytest.raises(ValidationError) as caught:
        take(name, content)
    return str(caught.value.messages[0])


def opened(upload: Upload) -> Image.Image:
    return Image.open(io.BytesIO(upload.content))


def picture(size: tuple[int, int] = (40, 20), mode: str = "RGB") -> Image.Image:
    """Red on its left half, blue on its right."""
    made = Image.new("RGB", size, RED)
    made.paste(BLUE, (size[0] // 2, 0, *size))
    return made.convert(mode)


def saved(image: Image.Image, kind: str, **more: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **more)
    return out.getvalue()


def exif(orientation: int | None = None) -> bytes:
    made = Image.Exif()
    made[0x010F] = "Máy ảnh"  # maker
    made[0x9286] = SECRET.decode()  # the user's comment
    made.get_ifd(0x8825)[1] = "N"  # the position
    if orientation:
        made[0x0112] = orientation
    return made.tobytes()


def profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


# ── pictures ────────────────────────────────────────────────────────────────────────────────────
def _told(kind: str) -> bytes:
    """A picture that tells more than it shows, in every place where its format has room."""
    more: dict[str, Any] = {"exif": exif(), "icc_profile": profile()}
    if kind == "JPEG":
        more |= {"comment": SECRET, "xmp": b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>"}
    if kind == "WEBP":
        more["xmp"] = b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>"
    if kind == "PNG":
        told = PngImagePlugin.PngInfo()
        told.add_text("Comment", SECRET.decode())
        told.add_itxt("XML:com.adobe.xmp", SECRET.decode(), zip=False)
        more["pnginfo"] = told
    return saved(picture(), kind, **more) + b"<script>" + SECRET + b"</script>PK\x03\x04"


@pytest.mark.parametrize(
    ("kind", "name"), [("JPEG", "a.jpg"), ("PNG", "a.png"), ("WEBP", "a.webp")]
)
def test_a_stored_picture_holds_nothing_but_its_pixels(kind: str, name: str) -> None:
    sent = _told(kind)
    assert SECRET in sent
    stored = take(name, sent)
    assert SECRET not in stored.content
    assert b"<script>" not in stored.content
    image = opened(stored)
    assert image.format == kind
    assert not image.getexif()
    assert {"exif", "icc_profile", "comment", "xmp", "XML:com.adobe.xmp"}.isdisjoint(image.info)
    left = image.convert("RGB").getpixel((5, 10))
    assert isinstance(left, tuple)
    assert left[0] > 150 > left[2]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_stays_as_it_was_held(kind: str, orientation: int) -> None:
    image = opened(take("a", saved(picture(), kind, exif=exif(orientation))))
    lies = orientation >= 5
    assert image.size == ((20, 40) if lies else (40, 20))
    # Where the red half of 40 × 20 comes to lie for each of the eight marks.
    place = {1: (5, 10), 2: (35, 10), 3: (35, 10), 4: (5, 10)}.get(orientation) or {
        5: (10, 5),
        6: (10, 5),
        7: (10, 35),
        8: (10, 35),
    }[orientation]
    red = image.convert("RGB").getpixel(place)
    assert isinstance(red, tuple)
    assert red[0] > 150 > red[2]


def test_what_is_counted_is_what_is_stored() -> None:
    sent = _told("JPEG")
    stored = take("a.jpg", sent)
    assert stored.sha256 == hashlib.sha256(stored.content).hexdigest()
    assert stored.content != sent
    assert take("a.jpg", sent).sha256 == stored.sha256, "sent again it is the same file"


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("CMYK", "JPEG"),
        ("L", "JPEG"),
        ("1", "PNG"),
        ("P", "PNG"),
        ("LA", "PNG"),
        ("I;16", "PNG"),
        ("RGBA", "PNG"),
        ("RGBA", "WEBP"),
    ],
)
def test_every_usual_way_to_keep_colours_is_taken(mode: str, kind: str) -> None:
    image = Image.new(mode, (8, 8)) if mode == "I;16" else picture((8, 8)).convert(mode)
    assert opened(take("a", saved(image, kind))).size == (8, 8)


def test_what_shines_through_a_picture_goes_on_to() -> None:
    clear = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    indexed = saved(clear.convert("P"), "PNG", transparency=0)
    for name, sent in (("a.png", saved(clear, "PNG")), ("b.png", indexed)):
        assert opened(take(name, sent)).convert("RGBA").getpixel((1, 1))[3] == 0  # type: ignore[index]


def test_a_telephones_picture_with_a_second_one_in_it_is_taken_as_jpeg() -> None:
    two = saved(picture(), "MPO", save_all=True, append_images=[picture((60, 30))])
    with Image.open(io.BytesIO(two)) as image:
        assert image.format == "MPO"
    stored = take("IMG_1.jpg", two)
    assert (opened(stored).format, stored.content_type) == ("JPEG", "image/jpeg")


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_of_an_animation_the_first_frame_is_kept(kind: str) -> None:
    frames = [Image.new("RGB", (8, 8), BLUE) for _frame in range(3)]
    moving = saved(Image.new("RGB", (8, 8), RED), kind, save_all=True, append_images=frames)
    image = opened(take("a", moving))
    assert getattr(image, "n_frames", 1) == 1
    assert image.convert("RGB").getpixel((4, 4))[0] > 150  # type: ignore[index]


def test_a_very_large_photo_is_made_smaller() -> None:
    image = opened(take("a.jpg", saved(Image.new("RGB", (8000, 6000)), "JPEG")))
    assert image.size == (4096, 3072)


def png(width: int, height: int, data: bytes) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        check = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", check)

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"".join(
        [b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", head), chunk(b"IDAT", data), chunk(b"IEND", b"")]
    )


@pytest.mark.parametrize("side", [5001, 20_000, 65_535, 2**31 - 1])
def test_a_picture_of_too_many_points_is_refused_before_it_is_unpacked(side: int) -> None:
    assert "điểm ảnh" in refusal("bom.png", png(side, side, zlib.compress(b"\0" * 1000)))


def test_a_picture_that_was_cut_short_is_refused_with_what_to_do() -> None:
    # Half a WebP cannot even be told for one: its refusal says so.
    for kind, said in (("JPEG", "gửi chưa hết"), ("PNG", "gửi chưa hết"), ("WEBP", "không thuộc")):
        whole = saved(Image.effect_noise((300, 300), 90).convert("RGB"), kind)
        assert said in refusal("anh.jpg", whole[: len(whole) // 2]), kind


def test_a_jpeg_of_endless_passes_is_refused() -> None:
    sent = saved(picture(), "JPEG", progressive=True)
    assert "hỏng" in refusal("a.jpg", sent[:-2] + b"\xff\xda\x00\x02" * 200 + b"\xff\xd9")


BOMBS = """
import io, resource, sys, threading
import django
django.setup()
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from exercise.screens import uploads
made = []
for kind, size, more in (("PNG", (5000, 5000), {}), ("JPEG", (8660, 5770), {"progressive": True})):
    out = io.BytesIO()
    Image.new("RGB", size).save(out, kind, **more)
    made.append(out.getvalue())
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
def send(content):
    uploads.check(SimpleUploadedFile("a.jpg", content))
threads = [threading.Thread(target=send, args=(one,)) for one in made * 3]
for thread in threads: thread.start()
for thread in threads: thread.join()
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def test_the_largest_pictures_of_many_senders_take_the_memory_of_one() -> None:
    done = subprocess.run(
        [sys.executable, "-c", BOMBS],
        env={"DJANGO_SETTINGS_MODULE": "tests.settings", "PATH": ""},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 500, "MB above what making them took"


# ── documents ───────────────────────────────────────────────────────────────────────────────────
def packed(members: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def types(*kinds: str) -> str:
    lines = "".join(
        f'<Override PartName="/p{n}" ContentType="{kind}"/>' for n, kind in enumerate(kinds)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{lines}</Types>'
    )


def office(ending: str, *more: str, **members: str | bytes) -> bytes:
    main = documents.MAIN_PARTS[ending] + ".main+xml"
    return packed(
        {"[Content_Types].xml": types(main, *more), "word/document.xml": "<w/>"} | members
    )


DOCUMENTS = {
    "kế hoạch.docx": office(".docx"),
    "bảng.xlsx": office(".xlsx"),
    "trình bày.PPTX": office(".pptx"),
    "văn bản.odt": packed({"mimetype": documents.ODF_KINDS[".odt"], "content.xml": "<o/>"}),
    "bảng.ods": packed({"mimetype": documents.ODF_KINDS[".ods"], "content.xml": "<o/>"}),
    "công văn.pdf": b"%PDF-1.7\n%%EOF",
    "cũ.doc": documents.OLE + b"\0" * 600,
}


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_a_document_is_kept_byte_for_byte_under_its_own_type(name: str) -> None:
    stored = take(name, DOCUMENTS[name])
    assert stored.content == DOCUMENTS[name]
    assert stored.name == name
    assert stored.content_type in {
        "application/pdf",
        *documents.MAIN_PARTS.values(),
        *documents.ODF_KINDS.values(),
        *documents.OLD_KINDS.values(),
    }


MACRO_MAIN = "application/vnd.ms-word.document.macroEnabled.main+xml"
WITH_MACROS = {
    "a.docx": packed({"[Content_Types].xml": types(MACRO_MAIN), "word/document.xml": "<w/>"}),
    "b.docx": office(".docx", **{"word/vbaProject.bin": b"\0"}),
    "c.docx": office(".docx", **{"word/Other/VBAPROJECT.BIN": b"\0"}),
    "d.docx": office(".docx", "application/vnd.ms-office.vbaProject"),
    "e.docx": packed({"[Content_Types].xml": types(MACRO_MAIN).replace("macroE", "macro&#69;")}),
    "f.xlsx": office(".xlsx", **{"xl/macrosheets/sheet1.xml": "<m/>"}),
    "g.odt": packed({"mimetype": documents.ODF_KINDS[".odt"], "Basic/Standard/M.xml": "<b/>"}),
    "h.doc": documents.OLE + b"\0" * 600 + "_VBA_PROJECT".encode("utf-16-le"),
}


@pytest.mark.parametrize("name", sorted(WITH_MACROS))
def test_a_document_that_carries_a_program_is_refused(name: str) -> None:
    said = refusal(name, WITH_MACROS[name])
    assert "macro" in said
    assert name in said


def locked() -> bytes:
    """With the mark of a password on every member."""
    made = bytearray(office(".docx"))
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = made.find(mark)
        while at >= 0:
            made[at + flags] |= 1
            at = made.find(mark, at + 4)
    return bytes(made)


NOT_WHAT_THEY_SAY = {
    "chỉ là zip.docx": packed({"virus.exe": b"MZ"}),
    "bảng.docx": office(".xlsx"),
    "ods.odt": packed({"mimetype": documents.ODF_KINDS[".ods"]}),
    "cụt.docx": office(".docx")[:60],
    "rác.docx": b"PK\x03\x04" + b"\xff" * 500,
    "khóa.docx": locked(),
    "dtd.docx": packed(
        {"[Content_Types].xml": '<!DOCTYPE t [<!ENTITY a "b">]>' + types("&a;").split("?>")[1]}
    ),
    "phình.docx": packed({"[Content_Types].xml": b"<a>" + b" " * 20_000_000}),
    "đông.docx": b"PK\x03\x04" + b"PK\x01\x02" * 6000,
    "không.odt": packed({"mimetype": b"\xff\xfe"}),
}


@pytest.mark.parametrize("name", sorted(NOT_WHAT_THEY_SAY))
def test_a_document_that_is_something_else_is_refused(name: str) -> None:
    said = refusal(name, NOT_WHAT_THEY_SAY[name])
    assert "không phải loại" in said
    assert name in said


# ── names ───────────────────────────────────────────────────────────────────────────────────────
NAMES = {
    "../../etc/passwd.pdf": "passwd.pdf",
    "C:\\Users\\a\\b.pdf": "b.pdf",
    "a\x00b\r\nc\x1b.pdf": "abc.pdf",
    "hóa đơn\u202efdp.exe.pdf": "hóa đơnfdp.exe.pdf",
    "a\u200b\u2066b.pdf": "ab.pdf",
    "CON.pdf": "_CON.pdf",
    "lpt1.tar.pdf": "_lpt1.tar.pdf",
    "a<b>:c|d?*.pdf": "a_b__c_d__.pdf",
    "  . a.pdf. ": "a.pdf",
    unicodedata.normalize("NFD", "Kế hoạch.pdf"): "Kế hoạch.pdf",
}


@pytest.mark.parametrize("given_name", NAMES)
def test_a_name_is_made_harmless(given_name: str) -> None:
    file = SimpleUploadedFile("x.pdf", b"%PDF-1.7")
    file._name = given_name  # type: ignore[attr-defined]  # past what Django itself takes off
    assert uploads.check(file).name == NAMES[given_name]


def test_a_long_vietnamese_name_fits_every_file_system() -> None:
    name = take("ế" * 250 + ".pdf", b"%PDF-1.7").name
    assert len(name.encode()) <= 255
    assert name.endswith("ế.pdf")


# ── anything ────────────────────────────────────────────────────────────────────────────────────
BEGINNINGS = [
    b"",
    b"%PDF-",
    documents.OLE,
    office(".docx"),
    saved(picture(), "JPEG", exif=exif(6)),
    saved(picture(), "PNG"),
    saved(picture(), "WEBP"),
    NOT_WHAT_THEY_SAY["khóa.docx"],
]
ENDINGS = ["", ".pdf", ".docx", ".odt", ".doc", ".jpg", ".png", ".exe", "."]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """One of the kinds taken, with bytes changed, cut off and put behind."""
    content = bytearray(draw(st.sampled_from(BEGINNINGS)))
    for _change in range(draw(st.integers(0, 4))):
        if content:
            content[draw(st.integers(0, len(content) - 1))] = draw(st.integers(0, 255))
    cut = draw(st.integers(0, len(content)))
    return bytes(content[: cut if draw(st.booleans()) else None]) + draw(st.binary(max_size=60))


@settings(max_examples=300)
@given(
    content=damaged(),
    stem=st.text(max_size=300),
    ending=st.sampled_from(ENDINGS),
)
def test_any_content_under_any_name_is_taken_or_refused(
    content: bytes, stem: str, ending: str
) -> None:
    file = SimpleUploadedFile("x", content)
    file._name = stem + ending  # type: ignore[attr-defined]
    try:
        stored = uploads.check(file)
    except ValidationError:
        return
    assert stored.sha256 == hashlib.sha256(stored.content).hexdigest()
    assert 0 < len(stored.name) <= 200
    assert len(stored.name.encode()) <= 255
    assert not set(stored.name) & set('/\\<>:"|?*\x00\n\r\u202e')
    assert stored.name.isprintable()
    assert stored.content_type
