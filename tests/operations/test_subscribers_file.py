"""Files as spreadsheets write them."""

import stat
from pathlib import Path

import pytest

from hotline.operations.subscribers_file import ListFile, NotAList, PrivateTable, detect_encoding

HEADING = "Teléfono,Municipio\n"


def write(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    return path


def lines(path: Path) -> list[tuple[int, list[str] | None]]:
    with ListFile(path) as file:
        return [(row.line, row.cells) for row in file.rows()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_an_encoding_is_told_from_the_bytes(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path, (HEADING + "2135550123,El Monte\n" * 3).encode(encoding))
    assert detect_encoding(path) == encoding
    with ListFile(path) as file:
        assert file.heading == ["Teléfono", "Municipio"]


def test_one_old_byte_at_the_very_end_is_enough(tmp_path: Path) -> None:
    path = write(tmp_path, b"a,b\n" + b"1,2\n" * 400_000 + b"3,\xf1\n")
    assert detect_encoding(path) == "cp1252"
    assert lines(path)[-1] == (400_002, ["3", "ñ"])


def test_a_letter_cut_by_a_chunk_stays_whole(tmp_path: Path) -> None:
    path = write(tmp_path, b"a,b\n" + b"x" * ((1 << 20) - 5) + "ñ,1\n".encode())
    assert detect_encoding(path) == "utf-8"


@pytest.mark.parametrize("content", ["a,b\n1,2\n".encode("utf-16"), b"PK\x03\x04\x00\x00", b"a,b\n\0,1\n"])
def test_what_is_no_text_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(NotAList, match="no CSV"):
        ListFile(write(tmp_path, content))


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(NotAList, match="empty"):
        ListFile(write(tmp_path, content))


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_cells_are_parted_as_the_heading_is(tmp_path: Path, sign: str) -> None:
    path = write(tmp_path, f"phone{sign}zip\n2135550123{sign}90033\n".encode())
    assert lines(path) == [(2, ["2135550123", "90033"])]


def test_a_record_is_known_by_the_line_where_it_begins(tmp_path: Path) -> None:
    path = write(tmp_path, b'a,b\r\n1,"two\r\nlines"\r\n\r\n3,4\r\n')
    assert lines(path) == [(2, ["1", "two\r\nlines"]), (5, ["3", "4"])]


def test_a_quotation_mark_that_does_not_close_is_one_bad_record(tmp_path: Path) -> None:
    path = write(tmp_path, b'a,b\n1,2\n"' + b"3,4\n" * 40_000 + b"5,6\n")
    found = lines(path)
    assert found[:2] == [(2, ["1", "2"]), (3, None)]
    assert found[-1][1] == ["5", "6"]


def test_how_much_is_read_is_told_in_bytes(tmp_path: Path) -> None:
    path = write(tmp_path, b"a,b\n" + b"1,2\n" * 100_000)
    with ListFile(path) as file:
        rows = file.rows()
        next(rows)
        assert 0 < file.done < file.size
        list(rows)
        assert file.done == file.size == path.stat().st_size


def test_a_table_is_for_its_owner_alone_and_goes_unless_it_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    with PrivateTable(path, ["phone"]) as table:
        table.write("+12135550123")
    assert not path.exists()
    path.write_text("old")
    path.chmod(0o644)
    with PrivateTable(path, ["phone"]) as table:
        table.write("+12135550123")
        table.keep()
    assert path.read_text(encoding="utf-8-sig").split() == ["phone", "+12135550123"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_new_table_replaces_nothing(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("precious")
    with pytest.raises(FileExistsError):
        PrivateTable(path, ["phone"], is_new=True)
    assert path.read_text() == "precious"
