"""The bricks of TwiML: text made safe, elements, a document that is not too long."""

import re
from typing import Final

LONGEST_DOCUMENT: Final = 64_000  # bytes; error 11750 from 64 kB on

# What XML 1.0 cannot hold, however it is written. https://www.w3.org/TR/xml/#charsets
_ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class DocumentTooLong(ValueError):
    """The carrier would refuse the document. `size` is in bytes."""

    def __init__(self, size: int) -> None:
        self.size = size
        super().__init__(f"{size} bytes of TwiML, {LONGEST_DOCUMENT} are allowed")


def escape(text: str) -> str:
    """Text fit to stand in an element or in a double-quoted attribute; what XML cannot hold is left out."""
    plain = _ILLEGAL.sub("", text)
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def element(name: str, content: str = "", **attributes: str | int) -> str:
    """One element. `content` is markup already; attribute values are escaped here."""
    told = "".join([f' {key}="{escape(str(value))}"' for key, value in attributes.items()])
    return f"<{name}{told}>{content}</{name}>" if content else f"<{name}{told}/>"


def document(content: str) -> str:
    """The whole answer. Raises DocumentTooLong."""
    text = '<?xml version="1.0" encoding="UTF-8"?>' + element("Response", content)
    size = len(text.encode())
    if size > LONGEST_DOCUMENT:
        raise DocumentTooLong(size)
    return text
