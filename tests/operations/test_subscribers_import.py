"""Lists of people taken into a real database."""

import csv
import stat
import threading
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest

from hotline.domain.intake import NoColumn
from hotline.operations import subscribers_import
from hotline.operations.line import Line
from hotline.operations.subscribers_import import Imported, import_subscribers
from hotline.store.sealing import new_key, read_keys
from tests.lines import KEY, NOON
from tests.operations.lists import SOURCE, bring, line, opt_out, row, rows_of, subscribed, write
from tests.people import subscribe

__all__ = ["line"]


def rejected(path: Path) -> list[list[str]]:
    with path.with_name(path.name + ".rejected.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_good_rows_sign_people_up_in_their_order_and_language(line: Line, tmp_path: Path) -> None:
    done = bring(line, write(tmp_path, [row(1), row(2, "90023", "English"), row(3, language="")]))
    assert (done.signed_up, done.known, done.opted_out, done.rejected.total()) == (3, 0, 0, 0)
    assert subscribed(line) == [
        ("0001", "90033", "es", "sms"),
        ("0002", "90023", "en", "sms"),
        ("0003", "90033", None, "sms"),
    ]


def test_consent_says_where_it_comes_from_and_who_brought_it(line: Line, tmp_path: Path) -> None:
    bring(line, write(tmp_path, [row(1)]))
    [(act, source, channel, language, consent_id, words)] = rows_of(
        line, "SELECT act, source, channel, language, id, words_ct FROM consent"
    )
    assert (act, source, channel, language) == ("subscribe", "import", "sms", "es")
    assert line.keyring.open(words, f"consent.words.{consent_id}") == f"{SOURCE} (Ana)"


def test_again_is_the_same_as_once(line: Line, tmp_path: Path) -> None:
    path = write(tmp_path, [row(1), row(2)])
    bring(line, path)
    before = rows_of(line, "SELECT id FROM contact UNION ALL SELECT id FROM consent")
    done = bring(line, path)
    assert (done.signed_up, done.known) == (0, 2)
    assert rows_of(line, "SELECT id FROM contact UNION ALL SELECT id FROM consent") == before


@pytest.mark.parametrize("reason", ["opt_out", "pause", "carrier_stop"])
def test_who_opted_out_is_left_alone(line: Line, tmp_path: Path, reason: str) -> None:
    opt_out(line, 1, reason)
    done = bring(line, write(tmp_path, [row(1), row(2)]))
    assert (done.signed_up, done.opted_out) == (1, 1)
    assert [number for number, *_ in subscribed(line)] == ["0002"]
    assert rows_of(line, "SELECT reason FROM suppression") == [(reason,)]
    assert rows_of(line, "SELECT count(*) FROM consent") == [(1,)]
    assert not done.rejected_path.exists()


def test_bad_rows_are_told_by_line_and_reason_and_good_ones_are_taken(line: Line, tmp_path: Path) -> None:
    path = write(
        tmp_path,
        [row(1), row(2, "00000"), "Nadie,12345,90033,es", row(3, language="fr"), row(1), row(4), "a,b"],
    )
    done = bring(line, path)
    assert done.signed_up == 2
    assert rejected(path)[0] == ["line", "reason", "Nombre", "Telefono", "CP", "Idioma"]
    assert [(found[0], found[1]) for found in rejected(path)[1:]] == [
        ("3", "There is no such ZIP code."),
        ("4", "This is no telephone number."),
        ("5", "The language must be es or en."),
        ("6", "The same number and ZIP code stand in line 2."),
        ("8", "The row has more or fewer cells than the heading."),
    ]
    assert rejected(path)[1][2:] == ["Nadie", "500-555-0002", "00000", "es"]
    assert stat.S_IMODE(done.rejected_path.stat().st_mode) == 0o600


def test_a_row_that_comes_twice_is_found_across_batches(
    line: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscribers_import, "BATCH", 2)
    path = write(tmp_path, [row(1), row(2), row(3), row(1), row(1, "90023")])
    done = bring(line, path)
    assert (done.signed_up, dict(done.rejected)) == (4, {"duplicate": 1})
    assert rejected(path)[1][:2] == ["5", "The same number and ZIP code stand in line 2."]
    assert rows_of(line, "SELECT count(*) FROM contact") == [(3,)]


def test_one_new_person_with_two_zip_codes_is_one_contact(line: Line, tmp_path: Path) -> None:
    bring(line, write(tmp_path, [row(1), row(1, "90023")]))
    assert rows_of(line, "SELECT count(*) FROM contact") == [(1,)]
    assert [zip_code for _, zip_code, *_ in subscribed(line)] == ["90033", "90023"]


def test_a_language_somebody_chose_on_the_line_stands(line: Line, tmp_path: Path) -> None:
    subscribe(line, 1, "90023", "en")
    subscribe(line, 2, "90023", None)
    bring(line, write(tmp_path, [row(1), row(2)]))
    assert rows_of(line, "SELECT language FROM contact ORDER BY id") == [("en",), ("es",)]


def test_a_dry_run_counts_and_writes_nothing(line: Line, tmp_path: Path) -> None:
    opt_out(line, 3)
    subscribe(line, 4)
    path = write(tmp_path, [row(1), row(2), row(1), row(3), row(4), row(5, "1")])
    before = rows_of(line, "SELECT count(*) FROM contact")
    done = bring(line, path, is_dry_run=True)
    assert (done.signed_up, done.known, done.opted_out) == (2, 1, 1)
    assert dict(done.rejected) == {"duplicate": 1, "zip": 1}
    assert rows_of(line, "SELECT count(*) FROM contact") == before
    assert rows_of(line, "SELECT count(*) FROM consent") == [(0,)]
    assert rows_of(line, "SELECT count(*) FROM audit") == [(0,)]
    real = bring(line, path)
    assert (real.signed_up, real.known, real.opted_out, real.rejected) == (
        done.signed_up,
        done.known,
        done.opted_out,
        done.rejected,
    )


def test_a_demo_takes_no_number_that_somebody_may_have(line: Line, tmp_path: Path) -> None:
    path = write(tmp_path, ["Nadie,213-555-" + "0200,90033,es", row(1)])
    done = bring(line, path)
    assert (done.signed_up, dict(done.rejected)) == (1, {"real_number": 1})
    assert bring(replace(line, mode="production"), path).signed_up == 1


def test_who_brought_what_is_written_down_in_counts(line: Line, tmp_path: Path) -> None:
    bring(line, write(tmp_path, [row(1), row(2, "1")]))
    assert rows_of(line, "SELECT actor, act, details FROM audit ORDER BY id") == [
        ("Ana", "subscribers.import", {"source": SOURCE}),
        ("Ana", "subscribers.imported", {"signed_up": 1, "known": 0, "opted_out": 0, "bad_zip": 1}),
    ]


def test_while_keys_rotate_nobody_is_signed_up_twice_and_opt_outs_hold(line: Line, tmp_path: Path) -> None:
    subscribe(line, 1)
    opt_out(line, 2)
    rotating = replace(line, keyring=read_keys(f"2:{new_key()},1:{KEY}"))
    done = bring(rotating, write(tmp_path, [row(1), row(2), row(3), row(1, "90023")]))
    assert (done.signed_up, done.known, done.opted_out) == (2, 1, 1)
    assert rows_of(line, "SELECT count(*) FROM contact") == [(2,)]
    assert len({number for number, *_ in subscribed(rotating)}) == 2


def test_a_missing_column_stops_before_anything_is_written(line: Line, tmp_path: Path) -> None:
    with pytest.raises(NoColumn):
        import_subscribers(line, write(tmp_path, [row(1)]), {"phone": "Celular"}, SOURCE, "Ana", NOON)
    assert rows_of(line, "SELECT count(*) FROM audit") == [(0,)]


def test_progress_is_told_up_to_the_whole_file(line: Line, tmp_path: Path) -> None:
    path = write(tmp_path, [row(n) for n in range(50)])
    told: list[tuple[int, int]] = []
    bring(line, path, tell=lambda done, size: told.append((done, size)))
    assert told[-1] == (path.stat().st_size, path.stat().st_size)


def test_two_lists_at_once_make_nobody_twice(
    line: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscribers_import, "BATCH", 40)
    numbers = list(range(400))
    paths = [
        write(tmp_path, [row(n) for n in numbers], "up.csv"),
        write(tmp_path, [row(n) for n in reversed(numbers)], "down.csv"),
    ]
    found: list[Imported] = []
    threads = [threading.Thread(target=lambda path=path: found.append(bring(line, path))) for path in paths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(done.signed_up for done in found) == len(numbers)
    assert sum(done.known for done in found) == len(numbers)
    assert rows_of(line, "SELECT count(*) FROM contact") == [(len(numbers),)]
    assert rows_of(line, "SELECT count(*) FROM consent") == [(len(numbers),)]


def test_memory_does_not_grow_with_the_file(
    line: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscribers_import, "BATCH", 500)

    def peak(rows: int) -> int:
        path = write(tmp_path, (row(n) for n in range(rows)), f"{rows}.csv")
        tracemalloc.start()
        try:
            assert bring(line, path, is_dry_run=True).signed_up == rows
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(500)  # whatever is loaded on first use
    assert peak(8_000) < 1.5 * peak(1_000)
