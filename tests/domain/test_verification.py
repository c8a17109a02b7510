from datetime import UTC, datetime, timedelta

import pytest

from hotline.domain.incident import INCIDENT_STATES, OPEN_STATES, STEPS, may_step
from hotline.domain.person import Person
from hotline.domain.phone import PhoneNumber
from hotline.domain.verification import (
    Asking,
    Facts,
    Request,
    Rule,
    Seen,
    basis_of,
    has_pair,
    missing,
    nearest,
    wanted_now,
)

NOW = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)


def seen(source: str, minutes: float = 5) -> Seen:
    return Seen(source, NOW - timedelta(minutes=minutes))


def verifier(number: int, zips: tuple[str, ...] = (), is_available: bool = True) -> Person:
    phone = PhoneNumber(f"+121355501{number:02d}")
    return Person(number, f"V{number}", frozenset({"verifier"}), "", (), phone, "es", is_available, zips)


def test_every_state_has_its_steps_and_none_leads_nowhere_known() -> None:
    assert set(STEPS) == set(INCIDENT_STATES)
    assert {after for steps in STEPS.values() for after in steps} <= set(INCIDENT_STATES)
    assert not STEPS["closed"]
    assert set(INCIDENT_STATES) - {"closed"} == OPEN_STATES


@pytest.mark.parametrize("before", ["reported", "unsure", "not_found", "other_agency", "closed"])
def test_only_what_is_being_verified_can_be_confirmed(before: str) -> None:
    assert not may_step(before, "confirmed")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("facts", "basis"),
    [
        (Facts(on_scene=(seen("person:V1"),)), "verifier_on_scene"),
        (
            Facts(reports=(seen("contact:1"), seen("contact:2")), photos=(seen("contact:1"),)),
            "two_reports_and_media",
        ),
        (Facts(statements=(seen("person:Ana"),)), "official_statement"),
        (Facts(), None),
        (Facts(reports=(seen("contact:1"), seen("contact:2"))), None),
        (Facts(reports=(seen("contact:1"), seen("contact:1")), photos=(seen("contact:1"),)), None),
        (Facts(on_scene=(seen("person:V1", 31),)), None),
        (Facts(on_scene=(seen("person:V1", -1),)), None),
        (Facts(reports=(seen("contact:1"), seen("contact:2", 40)), photos=(seen("contact:1"),)), None),
    ],
)
def test_three_ways_to_be_confirmed_and_each_must_be_fresh(facts: Facts, basis: str | None) -> None:
    assert basis_of(Rule(), facts, NOW) == basis
    assert (missing(Rule(), facts, NOW) == ()) == (basis is not None)


def test_what_is_missing_is_said_for_each_way() -> None:
    told = [str(lack) for lack in missing(Rule(), Facts(reports=(seen("contact:1"),)), NOW)]
    assert told == [
        "Trained verifiers on scene who saw it in the last 30 minutes: 1 more.",
        "Independent first-hand reports of the last 30 minutes: 1 more.",
        "Photos or videos of the last 30 minutes, checked by a dispatcher: 1 more.",
        "An official statement or one of the school or site, of the last 30 minutes.",
    ]


def test_the_rule_is_configuration() -> None:
    strict = Rule(verifiers=2, takes_statements=False, within=timedelta(minutes=10))
    facts = Facts(on_scene=(seen("person:V1"),), statements=(seen("person:Ana"),))
    assert basis_of(strict, facts, NOW) is None
    both = Facts(on_scene=(seen("person:V1"), seen("person:V2")))
    assert basis_of(strict, both, NOW) == "verifier_on_scene"
    assert basis_of(strict, both, NOW + timedelta(minutes=6)) is None


def request(number: int, answer: str | None = None, minutes: float = 5) -> Request:
    return Request(number, answer, NOW + timedelta(minutes=minutes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("requests", "wanted"),
    [
        ([], 2),
        ([request(1), request(2)], 0),
        ([request(1, "go"), request(2)], 0),
        ([request(1, "go"), request(2, "no")], 1),
        ([request(1, "no"), request(2, "no")], 2),
        ([request(1, minutes=-1), request(2, "go")], 1),
        ([request(1, "go"), request(2, "go")], 0),
        ([request(number, "no") for number in range(7)], 1),
        ([request(number, "no") for number in range(8)], 0),
    ],
)
def test_as_many_are_asked_as_two_still_need(requests: list[Request], wanted: int) -> None:
    assert wanted_now(requests, Asking(), NOW) == wanted


def test_two_make_a_pair() -> None:
    assert has_pair([request(1, "go"), request(2, "go")])
    assert not has_pair([request(1, "go"), request(2, "no"), request(3)])


def test_the_nearest_who_are_free_are_asked_first() -> None:
    far, near, anywhere = verifier(1, ("90802",)), verifier(2, ("90033",)), verifier(3)
    off, asked = verifier(4, ("90033",), is_available=False), verifier(5, ("90033",))
    people = (far, anywhere, off, asked, near)
    assert nearest(people, ["90033", "90023"], {asked.id}) == [near, anywhere, far]
