"""An alert by call: people pick up, press keys, let the machine answer, or are busy."""

from hotline.domain.phone import PhoneNumber
from hotline.operations.alerts import draft
from hotline.operations.progress import progress
from hotline.operations.subscribers_channel import set_channel
from hotline.store import consents
from hotline.store.database import transaction
from tests.whole.alerts import releases, sign_up
from tests.whole.people import Person, stranger
from tests.whole.program import eventually
from tests.whole.stage import Stage, area_of

ALERT = "Esta es una prueba de nuestras alertas"


class CallAlerts:
    """Scenarios; `stage` comes from the class that inherits them."""

    def test_an_alert_is_said_to_who_chose_calls_and_nine_stops_all_of_them(self, stage: Stage) -> None:
        area, zip_code = area_of("by call")
        lupe, rosa, omar = (_chooses_calls(stage, zip_code) for _ in range(3))
        texts = {person: len(person.thread()) for person in (lupe, rosa, omar)}
        code = draft(stage.line, stage.line.clock(), "test", {}, "Ana", area=area)
        releases(stage, code, people=3)
        lupe.answers()
        lupe.hears(ALERT)
        lupe.presses("1")
        lupe.hears(ALERT, times=2)
        lupe.presses("9")
        lupe.hears("Ya no le mandaremos alertas")
        rosa.lets_voicemail_answer()
        rosa.hears(ALERT)
        omar.declines()
        for person in (lupe, rosa, omar):
            person.is_in_no_call()
        assert not any("oprima" in heard for heard in rosa.heard())
        eventually(lambda: progress(stage.line, code, stage.line.clock()).count("delivered") == 2)
        eventually(lambda: _waits_for_another_try(stage, code))
        assert [_is_suppressed(stage, person) for person in (lupe, rosa, omar)] == [True, False, False]
        assert {person: len(person.thread()) for person in texts} == texts


def _chooses_calls(stage: Stage, zip_code: str) -> Person:
    person = stranger(stage.carrier)
    sign_up(person, zip_code)
    assert set_channel(stage.line, PhoneNumber(person.number), "voice", "Ana", stage.line.clock())
    return person


def _waits_for_another_try(stage: Stage, code: str) -> bool:
    tallies = progress(stage.line, code, stage.line.clock()).tallies
    return [(t.status, t.count) for t in tallies if t.reason in {"busy", "no_answer"}] == [("pending", 1)]


def _is_suppressed(stage: Stage, person: Person) -> bool:
    with transaction(stage.line.database) as db:
        return consents.is_suppressed(db, stage.line.keyring.lookups(PhoneNumber(person.number)))
