"""An alert from the sign-up to the last receipt: two people release it, and everybody gets it once."""

from datetime import timedelta
from typing import Final

from hotline.domain.phone import PhoneNumber
from hotline.operations.alerts import draft
from hotline.operations.progress import Progress, progress
from hotline.operations.release import ask_release
from hotline.store import consents
from hotline.store.database import transaction
from tests.whole.people import BO, Person, code_in, stranger
from tests.whole.program import eventually
from tests.whole.stage import Stage, area_of

CARRIER_BLOCKS: Final = "+15005550004"  # Twilio's magic number: 21610
WRONG_RECEIPTS: Final = {"doubled_callback": 1.0, "reordered_callback": 1.0, "early_callback": 0.5}


class Alerts:
    """Scenarios; `stage` comes from the class that inherits them."""

    def test_an_alert_that_two_people_release_reaches_everybody_who_asked_for_it_once(
        self, stage: Stage
    ) -> None:
        area, zip_code = area_of("three phones")
        people = [stranger(stage.carrier) for _ in range(3)]
        for person in people:
            sign_up(person, zip_code)
        gone = stranger(stage.carrier)
        sign_up(gone, zip_code)
        code = draft(stage.line, stage.line.clock(), "test", {}, "Ana", area=area)
        asked = ask_release(stage.line, code, "Ana", "Bo", stage.line.clock())
        assert asked.estimate.recipients == 4
        assert progress(stage.line, code, stage.line.clock()).state == "asked"
        gone.writes("ALTO")
        gone.reads("cancelamos sus mensajes")
        before = {person: len(person.thread()) for person in [*people, gone]}
        releases(stage, code, people=3, **WRONG_RECEIPTS)
        for person in people:
            person.reads("Esta es una prueba de nuestras alertas", after=before[person])
        done = over(stage, code)
        assert {tally.status: tally.count for tally in done.tallies} == {"delivered": 3}
        assert (done.total, done.waiting, done.is_written) == (3, 0, True)
        assert [len(p.thread()) - before[p] for p in [*people, gone]] == [1, 1, 1, 0]
        assert stage.carrier.record(summary=True)["misbehaved"]["doubled_callback"] >= 3

    def test_a_stop_between_release_and_sending_is_respected(self, stage: Stage) -> None:
        area, zip_code = area_of("a stop in between")
        stays, goes = stranger(stage.carrier), stranger(stage.carrier)
        for person in (stays, goes):
            sign_up(person, zip_code)
        code = draft(stage.line, stage.line.clock(), "test", {}, "Ana", area=area)
        before = len(goes.thread())
        word = _word(stage, code)
        stage.carrier.misbehave(odds={"too_many_requests": 1.0})  # nothing goes out for now
        Person(stage.carrier, BO).writes(word)
        eventually(lambda: progress(stage.line, code, stage.line.clock()).total == 2)
        goes.writes("STOP")
        eventually(lambda: _is_suppressed(stage, goes))
        stage.carrier.misbehave()
        done = over(stage, code)
        assert {tally.status: tally.count for tally in done.tallies} == {
            "delivered": 1,
            "skipped": 1,
        }
        assert [tally.reason for tally in done.tallies if tally.status == "skipped"] == ["opted_out"]
        stays.reads("Esta es una prueba")
        assert not any("Esta es una prueba" in text for text in goes.thread()[before:])

    def test_what_the_carrier_blocks_marks_the_contact_as_opted_out(self, stage: Stage) -> None:
        area, zip_code = area_of("blocked at the carrier")
        lupe, blocked = stranger(stage.carrier), Person(stage.carrier, CARRIER_BLOCKS)
        for person in (lupe, blocked):
            sign_up(person, zip_code)
        first = draft(stage.line, stage.line.clock(), "test", {}, "Ana", area=area)
        releases(stage, first, people=2)
        done = over(stage, first)
        assert sum(tally.count for tally in done.tallies) == 2
        assert [(t.reason, t.code) for t in done.tallies if t.status != "delivered"] == [("opted_out", 21610)]
        assert _is_suppressed(stage, blocked)
        second = draft(stage.line, stage.line.clock(), "test", {}, "Ana", area=area)
        releases(stage, second, people=1)
        assert over(stage, second).count("delivered") == 1
        attempts = [a for a in stage.carrier.record()["attempt_list"] if a["to"] == CARRIER_BLOCKS]
        assert len(attempts) == 1

    def test_whoever_got_the_alert_gets_the_all_clear(self, stage: Stage) -> None:
        area, zip_code = area_of("all clear")
        lupe, late = stranger(stage.carrier), stranger(stage.carrier)
        sign_up(lupe, zip_code)
        now = stage.line.clock()
        values = {"agency": "ice", "activity": "street_stops", "cross_streets": "1st & Soto"}
        seen = {"basis": "verifier_on_scene", "observer": "V7", "seen_at": now - timedelta(minutes=5)}
        first = draft(stage.line, now, "actual", values, "Ana", area=area, **seen)  # type: ignore[arg-type]
        releases(stage, first, people=1)
        lupe.reads("VERIFICADO", "1st & Soto")
        over(stage, first)
        sign_up(late, zip_code)
        before = len(late.thread())
        seen["seen_at"] = now
        clear = draft(stage.line, stage.line.clock(), "all_clear", {}, "Ana", follows=first, **seen)  # type: ignore[arg-type]
        releases(stage, clear, people=1)
        lupe.reads("TERMINADO")
        over(stage, clear)
        assert len(late.thread()) == before


def sign_up(person: Person, zip_code: str) -> None:
    person.asks("alertas", "ZIP code")
    person.asks(zip_code, "Responda SI")
    person.asks("SI", "ya tiene alertas")


def releases(stage: Stage, code: str, people: int, **odds: float) -> None:
    """The second person answers with the word, from their own phone; then the carrier may misbehave."""
    word = _word(stage, code)
    if odds:
        stage.carrier.misbehave(odds=odds)
    Person(stage.carrier, BO).writes(word)
    eventually(lambda: progress(stage.line, code, stage.line.clock()), lambda found: found.total == people)


def over(stage: Stage, code: str) -> Progress:
    """Where an alert stands once nothing of it is on its way any more."""

    def is_over(found: Progress) -> bool:
        return found.is_written and not found.count(
            "pending", "held", "sending", "unknown", "accepted", "sent"
        )

    return eventually(lambda: progress(stage.line, code, stage.line.clock()), is_over)


def _is_suppressed(stage: Stage, person: Person) -> bool:
    with transaction(stage.line.database) as db:
        return consents.is_suppressed(db, stage.line.keyring.lookups(PhoneNumber(person.number)))


def _word(stage: Stage, code: str) -> str:
    bo = Person(stage.carrier, BO)
    if progress(stage.line, code, stage.line.clock()).state == "draft":
        ask_release(stage.line, code, "Ana", "Bo", stage.line.clock())
    return code_in(bo.reads(f"Release alert {code}"), r"word (\w{4})")
