"""QR codes as drawings that a page may carry."""

from __future__ import annotations

import segno
from django.utils.safestring import SafeString


def qr(address: str) -> SafeString:
    """The QR code as SVG without style attributes; black on white whatever the page's colours."""
    code = segno.make(address, error="m", micro=False)
    drawn = code.svg_inline(omitsize=True, light="#fff", svgclass="qr", lineclass=None)
    # A size for pages without the stylesheet. The drawing holds modules, never the address's text.
    return SafeString(drawn.replace("<svg ", '<svg width="180" height="180" ', 1))
