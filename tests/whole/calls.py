"""Who calls, who picks up, and who is called back."""

from typing import Final

from sqlalchemy import text

from hotline.settings.variables import DEMO_NUMBER
from hotline.store import recordings, tickets
from hotline.store.database import transaction
from tests.whole.people import ANA, BO, Person, code_in, stranger
from tests.whole.program import eventually
from tests.whole.stage import Stage

IN_SPANISH: Final = "2"
A_PERSON: Final = "0"


class Calls:
    """Scenarios; `stage` comes from the class that inherits them."""

    def test_a_call_goes_through_the_menu_to_a_dispatcher_who_presses_one(self, stage: Stage) -> None:
        lupe, ana, bo = _three(stage)
        asks_for_a_person(lupe)
        assert ana.sees() == DEMO_NUMBER
        bo.is_rung()
        ana.answers()
        ana.hears("Red de Prueba, oprima 1.")
        assert "español" not in " ".join(ana.heard())  # nothing of the caller before the key
        ana.presses("1")
        ana.hears("La persona habla español")
        lupe.is_joined()
        bo.is_in_no_call()
        lupe.says("hay alguien en mi puerta")
        ana.hears("hay alguien en mi puerta")
        ana.says("no abra")
        lupe.hears("no abra")
        ana.hangs_up()
        lupe.hears("Gracias por llamar")
        for person in (lupe, ana, bo):
            person.is_in_no_call()

    def test_a_voicemail_box_that_picks_up_first_never_answers_a_caller(self, stage: Stage) -> None:
        lupe, ana, bo = _three(stage)
        asks_for_a_person(lupe)
        ana.lets_voicemail_answer()
        bo.is_rung()  # she may have been hung up on meanwhile: she rings again
        ana.is_in_no_call()
        bo.answers()
        bo.hears("press 1")
        bo.presses("1")
        lupe.is_joined()
        lupe.hangs_up()
        for person in (lupe, ana, bo):
            person.is_in_no_call()

    def test_when_nobody_answers_a_message_is_recorded_and_the_dispatchers_hear_of_it(
        self, stage: Stage
    ) -> None:
        lupe, ana, bo = _three(stage)
        texts = {person: len(person.thread()) for person in (ana, bo)}
        asks_for_a_person(lupe)
        ana.declines()
        leaves_a_message(lupe, "necesito un abogado")
        lupe.is_in_no_call()
        code = code_in(ana.reads("mensaje de voz", after=texts[ana]), r"(?:GO|VOY) (\w{4})")
        bo.reads(code, "voicemail", after=texts[bo])
        with transaction(stage.line.database) as db:
            ticket = tickets.by_code(db, code)
            assert ticket is not None
            assert ticket.kind == "voicemail"
            kept = recordings.of_ticket(db, stage.line.keyring, ticket.id)
        assert len(kept) == 1
        eventually(lambda: _is_ready(stage, ticket.id))
        assert stage.line.records.recording_audio(kept[0].sid)[:2] == b"\xff\xfb"  # an mp3

    def test_a_dispatcher_calls_back_and_both_see_the_number_of_the_line(self, stage: Stage) -> None:
        lupe, ana, _ = _three(stage)
        before = len(ana.thread())
        lupe.asks("persona", "Le llamaremos")
        code = code_in(ana.reads("para llamar", after=before), r"(?:GO|VOY) (\w{4})")
        ana.asks(f"GO {code}", "le llamamos ahora")
        ana.is_rung()
        assert ana.sees() == DEMO_NUMBER
        ana.answers()
        ana.hears("oprima 1")
        ana.presses("1")
        ana.hears("Estoy llamando a una persona que habla español")
        lupe.is_rung()
        assert lupe.sees() == DEMO_NUMBER
        lupe.answers()
        lupe.is_joined()
        lupe.says("gracias por llamar")
        ana.hears("gracias por llamar")
        lupe.hangs_up()
        ana.hears("Si habló con la persona, oprima 1")
        ana.presses("1")
        ana.is_in_no_call()
        with transaction(stage.line.database) as db:
            closed = tickets.by_code(db, code)
        assert closed is not None
        assert closed.state == "closed"

    def test_a_hidden_number_is_answered_too(self, stage: Stage) -> None:
        lupe = stranger(stage.carrier)
        stage.carrier.call(lupe.number, withheld="anonymous")
        lupe.hears("For English, press 1.")
        lupe.presses(IN_SPANISH)
        lupe.hears("oprima 0")
        lupe.presses("3")
        lupe.hears("Sus derechos")
        lupe.hangs_up()
        lupe.is_in_no_call()


def _three(stage: Stage) -> tuple[Person, Person, Person]:
    return stranger(stage.carrier), Person(stage.carrier, ANA), Person(stage.carrier, BO)


def asks_for_a_person(lupe: Person) -> None:
    lupe.calls()
    lupe.hears("Para español, oprima 2.")
    lupe.presses(IN_SPANISH)
    lupe.hears("Para hablar con una persona, oprima 0.")
    lupe.presses(A_PERSON)
    lupe.hears("Estoy llamando a nuestros voluntarios")
    Person(lupe.carrier, ANA).is_rung()


def leaves_a_message(lupe: Person, words: str) -> None:
    lupe.hears("Puede dejarnos un mensaje. Se va a grabar.")
    eventually(lambda: any(heard["kind"] == "beep" for heard in _heard(lupe)))
    lupe.says(words)
    lupe.presses("#")
    lupe.hears("Su llamada queda en la lista")


def _heard(person: Person) -> list[dict[str, str]]:
    call = person.carrier.phone(person.number)["call"]
    return list(call["heard"]) if call else []


def _is_ready(stage: Stage, ticket_id: int) -> bool:
    with transaction(stage.line.database) as db:
        found = db.scalar(text("SELECT is_ready FROM recording WHERE ticket_id = :id"), {"id": ticket_id})
    return bool(found)
