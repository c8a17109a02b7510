import pytest
from sqlalchemy import Engine

from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.incidents import step
from hotline.operations.line import Line
from hotline.operations.merging import merge
from hotline.operations.near_duplicates import Proposal, proposals, shared_words, words_of_place
from hotline.store.database import transaction
from tests.incidents import read, report_by
from tests.lines import ANA, Clock, make_line


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    return make_line(database, flow, network, clock=Clock())


def proposed(line: Line, code: str) -> list[Proposal]:
    of = read(line, code)
    with transaction(line.database) as db:
        return proposals(line, db, of)


def codes(line: Line, code: str) -> list[str]:
    return [one.code for one in proposed(line, code)]


@pytest.mark.parametrize(
    ("here", "there", "shared"),
    [
        ("1st & Soto", "Cerca de la 1ra y Soto", ("1", "soto")),
        ("First and Soto St.", "soto st / 1st st", ("1", "soto")),
        ("Figueroa y la Sexta", "6th & Figeroa", ("6", "figueroa")),
        ("Home Depot en Slauson", "the home depot on slauson ave", ("depot", "home", "slauson")),
        ("1st & Soto", "4th & Main", ()),
        ("en la calle", "on the street", ()),
    ],
)
def test_two_spellings_of_a_place_share_its_words(here: str, there: str, shared: tuple[str, ...]) -> None:
    assert shared_words(words_of_place(here), words_of_place(there)) == shared


def test_the_same_corner_is_proposed_and_nothing_is_merged(line: Line) -> None:
    _, first = report_by(line, 1, "1st & Soto")
    _, second = report_by(line, 2, "en la primera y Soto")
    _, elsewhere = report_by(line, 3, "4th & Main")
    assert codes(line, first) == [second]
    assert codes(line, elsewhere) == []
    assert read(line, first).is_open
    assert read(line, second).is_open


@pytest.mark.parametrize(
    ("here", "there", "is_proposed"),
    [
        ("Soto 90033", "Soto and something 90033", True),
        ("by the school 90033", "90023", True),
        ("1st & Soto 90033", "1st & Soto, 90802", False),
        ("Alameda 90033", "Whittier 90033", False),
    ],
)
def test_near_zip_codes_help_and_far_ones_forbid(
    line: Line, here: str, there: str, is_proposed: bool
) -> None:
    _, first = report_by(line, 1, here)
    _, second = report_by(line, 2, there)
    assert codes(line, first) == ([second] if is_proposed else [])


def test_after_two_hours_it_is_something_else(line: Line) -> None:
    _, first = report_by(line, 1)
    line.clock.pass_(minutes=119)  # type: ignore[attr-defined]
    _, second = report_by(line, 2)
    line.clock.pass_(minutes=2)  # type: ignore[attr-defined]
    _, third = report_by(line, 3)
    assert codes(line, first) == [second]
    assert codes(line, third) == [second]


def test_what_is_closed_or_merged_is_not_proposed(line: Line) -> None:
    _, first = report_by(line, 1)
    _, second = report_by(line, 2)
    _, third = report_by(line, 3)
    merge(line, second, first, ANA.name, "same", line.clock())
    step(line, third, "closed", ANA.name, "a joke", line.clock())
    assert codes(line, first) == []
    assert codes(line, second) == []


def test_the_likeliest_comes_first_and_few_are_proposed(line: Line) -> None:
    _, first = report_by(line, 1, "1st & Soto 90033")
    others = [report_by(line, number, "Soto 90033")[1] for number in range(2, 9)]
    _, best = report_by(line, 20, "Soto & 1st 90033")
    found = codes(line, first)
    assert found[0] == best
    assert len(found) == 5
    assert set(found[1:]) <= set(others)
