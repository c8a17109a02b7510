"""Every code of the carrier that we know has one reaction and one sentence."""

import re
from pathlib import Path
from typing import get_args

import pytest

from hotline.channels.twilio.codes import (
    _ROWS,
    CODES,
    UNKNOWN_SENTENCE,
    reaction_of,
    reaction_of_call,
    sentence_of,
)
from hotline.domain.outcome import Reaction

# Codes that must never be unknown to us, by what is done about them.
EXPECTED: dict[Reaction, tuple[int, ...]] = {
    "opted_out": (21610,),
    "bad_number": (21211, 21214, 21217, 21614, 30005, 30006),
    "permanent": (13225, 21215, 21216, 21219, 21408, 21608, 21612, 30004, 30450, 63003, 63016, 63024, 63032),
    "retry": (20009, 20409, 20500, 20503, 30003, 30008, 30017, 30410),
    "slow_down": (20429, 63018),
    "slow_account": (63017,),
    "hold": (21611, 30001),
    "hold_minute": (30022,),
    "hold_day": (30023, 30027),
    "hold_account": (60728, 63038),
    "hold_text": (30610,),
    "stop_batch": (30007,),
    "stop_all": (20003, 20404, 21210, 21212, 21606, *range(21703, 21706), 30002, *range(30032, 30036), 63007),
    "fault": (
        *(21201, 21202, 21204, 21205, 21602, 21603, 21604, 21617, 21619, 21620, 21623, 11751, 14103),
        *(32018, 15004, 13214, 13201, 11200, 11205, 11206, 11210, 11220, 11235, 11236, 11237),
        *(11750, 12100, 12200, 12300, 12400),
    ),
}


@pytest.mark.parametrize(("code", "reaction"), [(c, r) for r, codes in EXPECTED.items() for c in codes])
def test_a_code_has_its_reaction(code: int, reaction: Reaction) -> None:
    assert reaction_of(code) == reaction
    assert sentence_of(code) != UNKNOWN_SENTENCE


TABLE = Path(__file__).resolve().parents[3] / "shared" / "twilio.md"


def codes_of(document: str) -> set[int]:
    """Every code in the first column of the table of errors; `21201–21205` is five."""
    rows = re.search(r"^\| code \| meaning \|.*\n((?:\|.*\n)+)", document, re.MULTILINE)
    assert rows is not None
    found: set[int] = set()
    for row in rows[1].splitlines():
        for first, last in re.findall(r"\b(\d{5})(?:\s*[–-]\s*(\d{5}))?", row.split("|")[1]):
            found |= set(range(int(first), int(last or first) + 1))
    return found


if TABLE.exists():  # it lies beside this repository, where there is one

    def test_every_code_of_the_carrier_facts_has_a_row() -> None:
        listed = codes_of(TABLE.read_text(encoding="utf-8"))
        assert len(listed) > 80
        assert listed - set(CODES) == set()


def test_no_code_stands_in_two_rows() -> None:
    listed = [code for _, _, codes in _ROWS for code in codes]
    assert len(listed) == len(set(listed)) == len(CODES)


def test_every_reaction_is_used_and_every_sentence_is_one() -> None:
    assert {meaning.reaction for meaning in CODES.values()} == set(get_args(Reaction))
    assert all(meaning.sentence.endswith(".") and "{" not in meaning.sentence for meaning in CODES.values())


@pytest.mark.parametrize(
    ("http_status", "reaction"),
    [
        (400, "permanent"),
        (404, "permanent"),
        (401, "stop_all"),
        (403, "stop_all"),
        (408, "retry"),
        (429, "slow_down"),
    ],
)
def test_an_unknown_code_goes_by_the_http_status(http_status: int, reaction: Reaction) -> None:
    assert reaction_of(99999, http_status) == reaction
    assert sentence_of(99999) == UNKNOWN_SENTENCE


def test_a_known_code_counts_more_than_the_http_status() -> None:
    assert reaction_of(21610, 403) == "opted_out"


@pytest.mark.parametrize(
    ("code", "sip_code", "reaction"),
    [
        (None, None, None),
        (None, 404, "bad_number"),
        (None, 486, None),
        (13227, 403, "permanent"),
        (99999, 500, None),
    ],
)
def test_a_call_that_failed_is_hopeless_only_when_a_code_says_so(
    code: int | None, sip_code: int | None, reaction: str | None
) -> None:
    assert reaction_of_call(code, sip_code) == reaction
