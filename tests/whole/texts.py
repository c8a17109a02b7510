"""What people write, and what comes back and is kept."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import text

from hotline.domain.phone import PhoneNumber
from hotline.flow.session import Session
from hotline.store import contacts, reports
from hotline.store.database import transaction
from hotline.store.reports import Report
from tests.whole.people import ANA, BO, Person, code_in, stranger
from tests.whole.program import eventually
from tests.whole.stage import Stage
from tests.whole.webhooks import post, text_form

REPORT = (
    ("SI", "en persona"),
    ("1", "LUGAR"),
    ("Alvarado y la 7, Los Angeles", "TIEMPO"),
    ("ahorita, siguen", "AGENTES"),
    ("5 y dos camionetas", "ACTIVIDAD"),
    ("hablando con gente", "ROPA"),
    ("POLICE ICE", "EQUIPO"),
    ("escudos", "foto"),
)


class Texts:
    """Scenarios; `stage` comes from the class that inherits them."""

    def test_a_spanish_text_is_answered_in_spanish(self, stage: Stage) -> None:
        lupe = stranger(stage.carrier)
        answer = lupe.asks("casa", "Puede dejar la puerta cerrada")
        assert answer.startswith("TEST / PRUEBA: CASA")
        lupe.reads("Red de Prueba: Ayuda gratis sobre sus derechos")
        assert len(lupe.thread()) == 2

    def test_a_report_is_asked_for_and_kept_with_its_photo(self, stage: Stage) -> None:
        lupe = stranger(stage.carrier)
        lupe.asks("reportar", "lugar seguro")
        lupe.reads("Ayuda gratis sobre sus derechos")
        _half_a_minute_passes(stage, lupe)
        for said, question in REPORT:
            lupe.asks(said, question)
        before = len(lupe.thread())
        lupe.sends_photo()
        lupe.reads("Se llevaron a alguien", after=before)
        lupe.asks("NO SE", "llamarle un voluntario")
        code = code_in(lupe.asks("si", "Gente capacitada"), r"reporte (\w{4})")
        kept = _report(stage, code)
        assert kept.state == "finished"
        assert kept.answers["place"]["value"] == "Alvarado y la 7, Los Angeles"
        assert (kept.answers["detained"]["value"], kept.answers["callback"]["value"]) == ("unsure", "yes")
        assert len(kept.answers["photo"]["media"]) == 1
        Person(stage.carrier, ANA).reads("reporte nuevo")
        Person(stage.carrier, BO).reads("new report")

    def test_an_urgent_phrase_in_the_middle_of_a_report_gets_rights_at_once(self, stage: Stage) -> None:
        ana, lupe = Person(stage.carrier, ANA), stranger(stage.carrier)
        before = len(ana.thread())
        lupe.asks("reportar", "lugar seguro")
        lupe.asks("SI", "en persona")
        lupe.asks("1", "LUGAR")
        lupe.asks("estan en mi puerta", "CASA: Puede dejar la puerta cerrada")
        lupe.reads("Le llamaremos")
        ana.reads("URGENTE", after=before)
        lupe.asks("hace poco", "AGENTES")  # the report goes on
        with transaction(stage.line.database) as db:
            urgent = [r for r in reports.latest(db, stage.line.keyring) if r.is_urgent]
        assert any("estan en mi puerta" in str(one.answers) for one in urgent)

    def test_erasing_erases_here_and_at_the_carrier(self, stage: Stage) -> None:
        lupe = stranger(stage.carrier)
        number = PhoneNumber(lupe.number)
        lupe.asks("casa", "CASA")
        lupe.asks("BORRAR", "BORRAR TODO")
        lupe.asks("BORRAR TODO", "Listo")
        with transaction(stage.line.database) as db:
            assert contacts.find(db, stage.line.keyring, number) is None
            assert db.scalar(text("SELECT count(*) FROM carrier_deletion")) >= 1
        assert len(list(stage.line.records.messages_with(number))) >= 6
        eventually(lambda: _hurry_deletions(stage) == 0)
        assert list(stage.line.records.messages_with(number)) == []
        assert [m["body"] for m in _messages(stage, lupe.number)] == [""] * len(_messages(stage, lupe.number))

    def test_the_same_webhook_twice_at_once_is_answered_once(self, stage: Stage) -> None:
        lupe = stranger(stage.carrier)
        form = text_form("SM" + lupe.number[-10:].zfill(32), lupe.number, "persona")
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda _: post(stage.url, "/twilio/sms", form), range(4)))
        assert len(set(answers)) == 1
        assert "Le llamaremos" in answers[0]
        assert post(stage.url, "/twilio/sms", form) == answers[0]
        with transaction(stage.line.database) as db:
            contact_id = contacts.find(db, stage.line.keyring, PhoneNumber(lupe.number))
            waiting = text("SELECT count(*) FROM ticket WHERE contact_id = :id")
            assert db.scalar(waiting, {"id": contact_id}) == 1


def _half_a_minute_passes(stage: Stage, person: Person) -> None:
    """Nobody answers twelve questions in half a minute: more answers than that would be a machine's."""
    keyring = stage.line.keyring
    with transaction(stage.line.database) as db:
        found = db.execute(
            text("SELECT id, state_ct FROM session WHERE contact_id = :id"),
            {"id": contacts.find(db, keyring, PhoneNumber(person.number))},
        ).one()
        place = f"session.state.{found.id}"
        state = Session.model_validate_json(keyring.open(found.state_ct, place)).with_changes(window_at=0.0)
        sealed = keyring.seal(state.model_dump_json(), place)
        db.execute(text("UPDATE session SET state_ct = :s WHERE id = :i"), {"s": sealed, "i": found.id})


def _report(stage: Stage, code: str) -> Report:
    with transaction(stage.line.database) as db:
        found = reports.read(db, stage.line.keyring, code)
    assert found is not None
    return found


def _messages(stage: Stage, number: str) -> list[dict[str, str]]:
    return [m for m in stage.carrier.record()["messages"] if number in {m["from"], m["to"]}]


def _hurry_deletions(stage: Stage) -> int:
    """The carrier lets nobody delete what is still on its way, so we ask ten minutes later: now."""
    with transaction(stage.line.database) as db:
        db.execute(text("UPDATE carrier_deletion SET not_before = now() - interval '1 second'"))
        left = db.scalar(text("SELECT count(*) FROM carrier_deletion"))
    stage.line.queue.wake("deletions")
    return int(left or 0)
