import pytest
from sqlalchemy import Engine, text

from hotline.domain.person import Person, Roster
from hotline.flow.library import TEST_PREFIX
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.incident_refusals import IncidentRefused
from hotline.operations.incidents import step
from hotline.operations.line import Line
from hotline.operations.merging import merge
from hotline.operations.sweep import sweep
from hotline.operations.turns import take_turn
from hotline.operations.verified import lacks_of
from hotline.operations.verifying import ask_verifiers, keep_asking, stop_asking
from hotline.store import observations, verify_requests
from hotline.store.database import transaction
from hotline.store.messages import body_place
from hotline.web.addresses import Addresses
from hotline.web.mouths import TextMouth
from tests.incidents import described, read, report_by, says, verifier, with_verifiers
from tests.lines import ANA, Clock, make_line, text_from

VERA = [verifier(number) for number in range(8)]


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    return with_verifiers(make_line(database, flow, network, clock=Clock()), 8)


def ask(line: Line, code: str) -> int:
    return ask_verifiers(line, code, ANA.name, "please look", line.clock())


def texts(line: Line) -> list[tuple[str, str]]:
    """Who was written to, by the last four digits, and what."""
    with transaction(line.database) as db:
        rows = db.execute(text("SELECT id, phone_ct, body_ct FROM message ORDER BY id")).all()
    opened = line.keyring.open
    return [
        (
            opened(row.phone_ct, f"message.phone.{row.id}")[-4:],
            opened(row.body_ct, body_place(row.id)).removeprefix(TEST_PREFIX),
        )
        for row in rows
    ]


def written_to(line: Line, person: Person) -> list[str]:
    return [body for number, body in texts(line) if number == person.phone.e164[-4:]]


def answers(line: Line, code: str) -> list[str | None]:
    with transaction(line.database) as db:
        return [one.answer for one in verify_requests.of_incident(db, read(line, code).id)]


def passes(line: Line, minutes: float) -> int:
    line.clock.pass_(minutes=minutes)  # type: ignore[attr-defined]
    return keep_asking(line, line.clock())


def test_a_pair_is_asked_with_the_reviewed_text_and_the_incident_is_being_verified(line: Line) -> None:
    code = described(line)
    assert ask(line, code) == 2
    assert read(line, code).state == "verifying"
    [asked] = written_to(line, VERA[0])
    assert asked == (
        f"CHECK {code}: UNCONFIRMED report, in a parking lot, near 1st & Soto, 12:00 pm. Can a pair look from"
        f" a public place within 10 min? Observe only. Reply GO {code} or NO {code}. Do not forward."
    )
    assert len(written_to(line, VERA[1])) == 1
    assert not written_to(line, VERA[2])


@pytest.mark.parametrize("fields", [{"cross_streets": ""}, {"activity": ""}])
def test_nobody_is_asked_before_it_is_said_where_to_look_and_for_what(
    line: Line, fields: dict[str, str]
) -> None:
    code = described(line, 1, **fields)
    with pytest.raises(IncidentRefused) as refused:
        ask(line, code)
    assert refused.value.reason == "not_described"
    assert texts(line) == []


def test_nobody_is_sent_out_for_hearsay(line: Line) -> None:
    code = described(line)
    with transaction(line.database) as db:
        db.execute(text("DELETE FROM report"))
    _, rumor = report_by(line, 2, seen="rumor")
    merge(line, code, rumor, ANA.name, "same", line.clock())
    from_rumor = rumor
    with pytest.raises(IncidentRefused) as refused:
        ask_verifiers(line, from_rumor, ANA.name, "look", line.clock())
    assert refused.value.reason == "not_described"


def test_two_who_go_are_told_of_each_other_and_nobody_else_is_asked(line: Line) -> None:
    code = described(line)
    ask(line, code)
    first = says(line, VERA[0], f"go {code}")
    assert first
    assert "first of two" in first
    second = says(line, VERA[1], f"VOY {code.lower()}!")
    assert second
    assert "you go with Vera0" in second
    assert f"SEEN {code}, NOTHING {code} or OTHER {code}" in second
    assert "you go with Vera1" in written_to(line, VERA[0])[-1]
    assert passes(line, 30) == 0
    assert read(line, code).asking == "enough"
    assert len(answers(line, code)) == 2


def test_a_no_asks_the_next_at_once(line: Line) -> None:
    code = described(line)
    ask(line, code)
    assert says(line, VERA[0], f"NO {code}")
    assert len(written_to(line, VERA[2])) == 1
    assert answers(line, code) == ["no", None, None]


def test_after_ten_silent_minutes_the_next_pair_is_asked(line: Line) -> None:
    code = described(line)
    ask(line, code)
    assert passes(line, 9.9) == 0
    assert passes(line, 0.2) == 2
    assert len(written_to(line, VERA[2])) == len(written_to(line, VERA[3])) == 1
    late = says(line, VERA[0], f"GO {code}")
    assert late
    assert "first of two" in late
    assert passes(line, 10) == 1


def test_asking_ends_at_the_bound_and_dispatchers_are_told(line: Line) -> None:
    code = described(line)
    ask(line, code)
    asked = [passes(line, 10.1) for _ in range(6)]
    assert sum(asked) == 6
    assert len(answers(line, code)) == 8
    assert read(line, code).asking == "exhausted"
    assert written_to(line, ANA) == [f"Incident {code}: two people are not found, and nobody is left to ask."]


def test_whoever_is_off_duty_or_no_verifier_is_not_asked(line: Line) -> None:
    people = (ANA, verifier(1, is_available=False), verifier(2, ("90802",)), verifier(3))
    few = with_verifiers(line, 0)
    few = type(few)(
        **{name: getattr(few, name) for name in few.__slots__} | {"people": lambda: Roster(people)}
    )
    code = described(few)
    ask(few, code)
    assert not written_to(few, people[1])
    assert written_to(few, people[3])


def test_a_third_who_would_go_is_thanked_and_stays(line: Line) -> None:
    code = described(line)
    ask(line, code)
    passes(line, 10.1)
    for one in VERA[:2]:
        says(line, one, f"GO {code}")
    third = says(line, VERA[2], f"GO {code}")
    assert third
    assert "on their way already" in third


def test_who_cannot_come_after_all_is_replaced(line: Line) -> None:
    code = described(line)
    ask(line, code)
    for one in VERA[:2]:
        says(line, one, f"GO {code}")
    says(line, VERA[0], f"NO {code}")
    assert "cannot come after all" in written_to(line, VERA[1])[-1]
    assert len(written_to(line, VERA[2])) == 1
    assert read(line, code).asking == "asking"
    assert says(line, VERA[2], f"GO {code}")
    assert "you go with Vera2" in written_to(line, VERA[1])[-1]


def test_what_a_verifier_sees_lands_on_the_incident_with_pictures_and_time(line: Line) -> None:
    code = described(line)
    ask(line, code)
    says(line, VERA[0], f"GO {code}")
    answered = says(line, VERA[0], f"Visto {code} dos camionetas", ("https://api.example.org/picture",))
    assert answered
    assert "noted as seen at 12:00 pm" in answered
    of = read(line, code)
    with transaction(line.database) as db:
        [seen] = observations.of_incidents(db, line.keyring, [of.id])
        assert lacks_of(line, db, of, line.clock()) == ()
        [mine] = [one for one in verify_requests.of_incident(db, of.id) if one.person == "Vera0"]
    assert (seen.kind, seen.finding, seen.words) == ("on_scene", "seen", "dos camionetas")
    assert seen.media == ("https://api.example.org/picture",)
    assert mine.finding == "seen"
    assert written_to(line, ANA) == [f"Incident {code}: Vera0 on scene says: they are there."]
    step(line, code, "confirmed", ANA.name, "Vera0 is there", line.clock())


@pytest.mark.parametrize(
    ("word", "finding"), [("NOTHING", "nothing"), ("nada", "nothing"), ("Otra", "other")]
)
def test_nothing_and_others_are_found_too(line: Line, word: str, finding: str) -> None:
    code = described(line)
    ask(line, code)
    says(line, VERA[0], f"{word} {code}")
    of = read(line, code)
    with transaction(line.database) as db:
        [found] = observations.of_incidents(db, line.keyring, [of.id])
        assert lacks_of(line, db, of, line.clock())
    assert found.finding == finding


def test_pictures_alone_belong_to_where_the_verifier_is(line: Line) -> None:
    code = described(line)
    ask(line, code)
    assert says(line, VERA[0], "", ("https://api.example.org/1",)) is None
    says(line, VERA[0], f"GO {code}")
    answered = says(line, VERA[0], "", ("https://api.example.org/1",))
    assert answered
    assert answered.endswith(f"{code}: thank you, we have the pictures.")


@pytest.mark.parametrize("body", ["NO", "NADA", "no gracias", "GO", "VOY XXXX", "seen it", "hola", ""])
def test_other_texts_are_no_words_of_a_verifier(line: Line, body: str) -> None:
    described(line)
    assert says(line, VERA[0], body) is None


def test_a_lone_go_means_the_one_incident_that_was_asked_about(line: Line) -> None:
    code = described(line)
    ask(line, code)
    assert code in str(says(line, VERA[0], "Voy"))


def test_words_of_others_are_not_taken(line: Line) -> None:
    code = described(line)
    ask(line, code)
    assert says(line, ANA_WITHOUT, f"GO {code}") is None
    stranger = says(line, VERA[7], f"GO {code}")
    assert stranger
    assert "you were not asked" in stranger
    assert answers(line, code) == [None, None]


ANA_WITHOUT = Person(1, "Ana", frozenset({"dispatcher"}), "", (), ANA.phone, "es", True)


def test_after_asking_is_stopped_or_over_nobody_sets_out(line: Line) -> None:
    code = described(line)
    ask(line, code)
    stop_asking(line, code, ANA.name, line.clock())
    assert passes(line, 11) == 0
    step(line, code, "not_found", ANA.name, "a film crew", line.clock())
    answered = says(line, VERA[0], f"GO {code}")
    assert answered
    assert "not being checked any more" in answered
    step(line, code, "closed", ANA.name, "done", line.clock())
    assert "not being checked any more" in str(says(line, VERA[0], f"SEEN {code}"))


def test_what_was_merged_is_answered_for_the_whole(line: Line) -> None:
    part, whole = described(line, 1), described(line, 2)
    ask(line, part)
    merge(line, part, whole, ANA.name, "same", line.clock())
    says(line, VERA[0], f"SEEN {part}")
    with transaction(line.database) as db:
        [found] = observations.of_incidents(db, line.keyring, [read(line, whole).id])
    assert found.finding == "seen"


def test_nobody_is_asked_of_two_places_at_once(line: Line) -> None:
    first, second = described(line, 1), described(line, 2)
    ask(line, first)
    ask(line, second)
    assert len(written_to(line, VERA[0])) == 1
    assert len(written_to(line, VERA[2])) == 1


def test_asking_anew_may_ask_the_same_people(line: Line) -> None:
    code = described(line)
    ask(line, code)
    for one in VERA[:2]:
        says(line, one, f"NO {code}")
    line.clock.pass_(minutes=30)  # type: ignore[attr-defined]
    ask(line, code)
    assert len(written_to(line, VERA[0])) == 2


def test_a_verifiers_text_comes_in_as_any_text_does(line: Line) -> None:
    code = described(line)
    ask(line, code)
    mouth = TextMouth(Addresses("https://line.example.org"))
    for number, (body, media) in enumerate(
        [(f"VOY {code}", ()), (f"SEEN {code}", ("https://example.org/1",))]
    ):
        inbound = text_from(VERA[0].phone, body, f"SM{number:032x}", media)
        answered = take_turn(line, inbound, mouth, line.clock())
        assert code in answered
    with transaction(line.database) as db:
        [seen] = observations.of_incidents(db, line.keyring, [read(line, code).id])
    assert seen.media == ("https://example.org/1",)


def test_the_sweep_asks_on_and_adopts_what_has_no_incident(line: Line) -> None:
    code = described(line)
    ask(line, code)
    with transaction(line.database) as db:
        db.execute(text("UPDATE report SET incident_id = NULL"))
    line.clock.pass_(minutes=11)  # type: ignore[attr-defined]
    sweep(line)
    assert len(answers(line, code)) == 4
    with transaction(line.database) as db:
        assert db.scalar(text("SELECT count(*) FROM report WHERE incident_id IS NULL")) == 0
