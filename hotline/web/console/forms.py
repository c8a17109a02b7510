"""What a page sends: read once, bounded, as text and files by name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException

MOST_BYTES: Final = 6_000_000  # a recorded clip of a few minutes
MOST_FIELDS: Final = 300
_FORM: Final = "application/x-www-form-urlencoded"
_FILES: Final = "multipart/form-data"


@dataclass(frozen=True, slots=True)
class FormFields:
    """The fields of a form. A missing one is empty."""

    data: FormData

    def text(self, name: str, longest: int = 2_000) -> str:
        """A field without spaces around it, cut at `longest`; NUL, which no database takes, is left out."""
        value = self.data.get(name, "")
        return value.replace("\0", "").strip()[:longest] if isinstance(value, str) else ""

    def all(self, name: str, longest: int = 200) -> Sequence[str]:
        """Every value of a field that stands several times (boxes, a list)."""
        return [
            value.replace("\0", "")[:longest] for value in self.data.getlist(name) if isinstance(value, str)
        ]

    def is_set(self, name: str) -> bool:
        return bool(self.text(name))

    def file(self, name: str) -> UploadFile | None:
        value = self.data.get(name)
        return value if isinstance(value, UploadFile) and value.filename else None


async def form_of(request: Request) -> FormFields:
    """The form of a request. Raises HTTPException 413, 415 or 400."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind and kind not in {_FORM, _FILES}:
        raise HTTPException(415)
    size = request.headers.get("content-length", "")
    if not size.isdecimal() or int(size) > MOST_BYTES:
        raise HTTPException(413 if size.isdecimal() else 411)
    try:
        return FormFields(await request.form(max_fields=MOST_FIELDS, max_files=4, max_part_size=MOST_BYTES))
    except (MultiPartException, ValueError, UnicodeError):
        raise HTTPException(400) from None


Form = Annotated[FormFields, Depends(form_of)]
