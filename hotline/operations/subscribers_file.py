"""Lists of people as files: whatever a spreadsheet writes is read row by row, in bounded memory."""

import codecs
import csv
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from types import TracebackType
from typing import Final, Literal

Encoding = Literal["utf-8", "utf-8-sig", "cp1252"]
Delimiter = Literal[",", ";", "\t"]

# Where the comma writes decimals, as in Spanish, spreadsheets part cells by semicolons.
DELIMITERS: Final[tuple[Delimiter, ...]] = (",", ";", "\t")
_CHUNK: Final = 1 << 20
_OTHER_UNICODE: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_PRIVATE: Final = 0o600  # telephone numbers stand in it

# In English; the catalogs in `locales/` say them in other languages.
NO_ROWS: Final = "The file is empty."
NOT_CSV: Final = "The file is no CSV in UTF-8 or Windows-1252: save it as CSV UTF-8."


class NotAList(Exception):
    """The file cannot be read as a list of people. The message says why, in English."""


@dataclass(frozen=True, slots=True)
class FileRow:
    """One record: the line where it begins, counted from 1, and its cells; None when it has no end."""

    line: int
    cells: list[str] | None


def detect_encoding(path: Path) -> Encoding:
    """Read the whole file once: UTF-8 if every byte is, else the encoding of older spreadsheets.

    Raises NotAList for what is neither, and OSError.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        start = chunk = file.read(_CHUNK)
        if start.startswith(_OTHER_UNICODE) or b"\0" in start:
            raise NotAList(NOT_CSV)
        try:
            while chunk:
                decoder.decode(chunk)
                chunk = file.read(_CHUNK)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig" if start.startswith(codecs.BOM_UTF8) else "utf-8"


class ListFile:
    """A list that is open: its heading, then its rows, once. Raises NotAList and OSError on opening."""

    def __init__(self, path: Path) -> None:
        self.encoding: Encoding = detect_encoding(path)
        self.size = path.stat().st_size
        self._raw = path.open("rb")
        # A byte that the old encoding does not have stands in no cell that we read: it is shown as �.
        text = TextIOWrapper(self._raw, self.encoding, errors="replace", newline="")
        self._text = text
        first = text.readline(_CHUNK)
        text.seek(0)
        self._reader = csv.reader(text, delimiter=max(DELIMITERS, key=first.count))
        self.heading = self._heading()

    def __enter__(self) -> "ListFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._text.close()

    @property
    def done(self) -> int:
        """Bytes read so far."""
        return self._raw.tell()

    def rows(self) -> Iterator[FileRow]:
        """Every record that is not empty, in its order."""
        while True:
            line = self._reader.line_num + 1
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error:
                yield FileRow(line, None)
                continue
            if any(cells):
                yield FileRow(line, cells)

    def _heading(self) -> list[str]:
        first = next(self.rows(), None)
        if first is None or first.cells is None:
            self._text.close()
            raise NotAList(NO_ROWS if first is None else NOT_CSV)
        return [cell.strip() for cell in first.cells]


class PrivateTable:
    """A CSV file that only its owner can read, with a heading; given up unless `keep` was called."""

    def __init__(self, path: Path, heading: Sequence[str], is_new: bool = False) -> None:
        """Raises FileExistsError when it must be new and is not, and OSError."""
        self.path = path
        if not is_new:
            with suppress(FileNotFoundError):
                path.unlink()  # what an earlier run wrote, whoever could read it
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
        # With the mark at its start a spreadsheet knows that it is UTF-8.
        self._file = os.fdopen(file, "w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow(heading)
        self._is_kept = False

    def __enter__(self) -> "PrivateTable":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        if not self._is_kept:
            self.path.unlink()

    def write(self, *cells: object) -> None:
        self._writer.writerow(cells)

    def keep(self) -> None:
        """Leave the file there when it is closed."""
        self._is_kept = True
