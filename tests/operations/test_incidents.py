from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.incident_refusals import INCIDENT_REFUSALS, IncidentRefused
from hotline.operations.incidents import adopt, adopt_left, describe, enter, step
from hotline.operations.line import Line
from hotline.operations.merging import merge, unmerge
from hotline.operations.observing import observe
from hotline.operations.overriding import agree_to_override, ask_override
from hotline.operations.verified import facts_of, lacks_of, may_alert
from hotline.store import incident_steps, incidents, reports
from hotline.store.database import transaction
from tests.incidents import described, read, report_by, sees, verifier, with_verifiers
from tests.lines import ANA, BO, NOON, Clock, make_line


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    return with_verifiers(make_line(database, flow, network, clock=Clock()), 3)


def refusal(act: object, *arguments: object, **named: object) -> str:
    with pytest.raises(IncidentRefused) as refused:
        act(*arguments, **named)  # type: ignore[operator]
    return refused.value.reason


def lacks(line: Line, code: str) -> int:
    of = read(line, code)
    with transaction(line.database) as db:
        return len(lacks_of(line, db, of, line.clock()))


def is_open_to_alerts(line: Line, code: str) -> bool:
    of = read(line, code)
    with transaction(line.database) as db:
        return may_alert(line, db, of, line.clock())


def verifying(line: Line, number: int = 1) -> str:
    code = described(line, number)
    step(line, code, "verifying", ANA.name, "two calls", line.clock())
    return code


def test_a_finished_report_belongs_to_one_incident_however_often_it_is_asked(line: Line) -> None:
    report, code = report_by(line, 1, "1st & Soto, 90033")
    with transaction(line.database) as db:
        assert adopt(line, db, report, NOON) == code
        assert db.scalar(text("SELECT count(*) FROM incident")) == 1
    found = read(line, code)
    assert (found.state, found.zip, found.is_urgent) == ("reported", "90033", False)


def test_a_report_that_becomes_urgent_makes_its_incident_urgent(line: Line) -> None:
    report, code = report_by(line, 1)
    with transaction(line.database) as db:
        reports.flag_urgent(db, report)
        adopt(line, db, report, NOON)
    assert read(line, code).is_urgent


def test_reports_from_before_get_their_incident_later(line: Line) -> None:
    with transaction(line.database) as db:
        for code, is_done in (("AAAA", True), ("BBBB", False)):
            reports.start(db, line.keyring, code, None, "voice", "es", NOON)
            if is_done:
                reports.finish(db, code, NOON)
    assert adopt_left(line, NOON) == 1
    assert adopt_left(line, NOON) == 0


def test_staff_write_down_what_reached_us_another_way(line: Line) -> None:
    report, code = enter(
        line, ANA.name, {"place": "4th & Main", "seen": "now"}, NOON, source="voicemail", is_urgent=True
    )
    assert read(line, code).is_urgent
    with transaction(line.database) as db:
        written = reports.read(db, line.keyring, report)
    assert written is not None
    assert (written.source, written.channel, written.contact_id) == ("voicemail", "voice", None)
    second, same = enter(line, ANA.name, {"place": "there again"}, NOON, into=code)
    assert same == code
    assert second != report
    assert refusal(enter, line, ANA.name, {"place": "  "}, NOON) == "no_words"


def test_words_of_staff_are_checked_fields_only(line: Line) -> None:
    _, code = report_by(line, 1)
    about = (line, code, ANA.name)
    assert refusal(describe, *about, {"cross_streets": "1234 Soto St"}, None, NOON) == "cross_streets"
    assert refusal(describe, *about, {"activity": "Pedro was taken"}, None, NOON) == "unknown_field"
    assert refusal(describe, *about, {"note": "x"}, None, NOON) == "unknown_field"
    assert refusal(describe, *about, {}, "00000", NOON) == "unknown_zip"
    assert refusal(describe, line, "ZZZZ", ANA.name, {}, None, NOON) == "unknown_incident"


def test_every_step_has_who_when_and_why(line: Line) -> None:
    _, code = report_by(line, 1)
    assert refusal(step, line, code, "verifying", ANA.name, " ", NOON) == "reason"
    assert refusal(step, line, code, "verifying", "Nobody", "two calls", NOON) == "unknown_person"
    step(line, code, "verifying", ANA.name, "  two   calls ", NOON)
    of = read(line, code)
    with transaction(line.database) as db:
        last = incident_steps.of_incidents(db, line.keyring, [of.id])[-1]
        acts = db.scalars(
            text("SELECT act FROM audit WHERE subject = :code ORDER BY id"), {"code": code}
        ).all()
        kept = db.scalars(text("SELECT reason_ct FROM incident_step")).all()
    assert (last.before, last.after, last.person, last.reason) == (
        "reported",
        "verifying",
        "Ana",
        "two calls",
    )
    assert last.created_at == NOON
    assert acts == ["incident.open", "incident.verifying"]
    assert not any(b"two calls" in bytes(one) for one in kept)


@pytest.mark.parametrize("after", ["confirmed", "not_found", "other_agency", "unsure", "reported"])
def test_a_step_that_does_not_exist_is_refused(line: Line, after: str) -> None:
    _, code = report_by(line, 1)
    assert refusal(step, line, code, after, ANA.name, "because", NOON) == "no_step"


def test_confirmed_is_what_the_rule_says(line: Line) -> None:
    code = verifying(line)
    assert lacks(line, code) > 0
    assert refusal(step, line, code, "confirmed", ANA.name, "I feel it", NOON) == "not_confirmed"
    sees(line, code, verifier(0))
    assert lacks(line, code) == 0
    step(line, code, "confirmed", ANA.name, "Vera0 is there", NOON)
    assert is_open_to_alerts(line, code)


def test_what_was_confirmed_goes_stale(line: Line) -> None:
    code = verifying(line)
    sees(line, code, verifier(0))
    step(line, code, "confirmed", ANA.name, "seen", NOON)
    line.clock.pass_(minutes=31)  # type: ignore[attr-defined]
    assert not is_open_to_alerts(line, code)
    sees(line, code, verifier(1))
    assert is_open_to_alerts(line, code)


def test_two_first_hand_reports_and_a_checked_photo_confirm(line: Line) -> None:
    photo, code = report_by(line, 1, media=("https://api.example.org/photo",))
    _, other = report_by(line, 2)
    step(line, code, "verifying", ANA.name, "two calls", NOON)
    merge(line, other, code, ANA.name, "same corner", NOON)
    assert refusal(step, line, code, "confirmed", ANA.name, "two", NOON) == "not_confirmed"
    observe(line, code, "photo_checked", ANA.name, NOON, NOON, report=photo)
    step(line, code, "confirmed", ANA.name, "two and a photo", NOON)


def test_one_person_who_reports_twice_is_one(line: Line) -> None:
    _, code = report_by(line, 1)
    with transaction(line.database) as db:
        contact = db.scalar(text("SELECT contact_id FROM report"))
        reports.start(db, line.keyring, "SAME", contact, "sms", "es", NOON)
        reports.answer(db, line.keyring, "SAME", "seen", "now", ())
        reports.finish(db, "SAME", NOON)
        again = adopt(line, db, "SAME", NOON)
    assert again
    merge(line, again, code, ANA.name, "the same person", NOON)
    of = read(line, code)
    with transaction(line.database) as db:
        told = facts_of(line, db, of).reports
    assert len(told) == 2
    assert len({one.source for one in told}) == 1


def test_hearsay_is_no_sighting(line: Line) -> None:
    _, code = report_by(line, 1, seen="rumor")
    of = read(line, code)
    with transaction(line.database) as db:
        assert facts_of(line, db, of).reports == ()


def test_what_a_verifier_finds_gone_outweighs_what_was_seen_before(line: Line) -> None:
    code = verifying(line)
    sees(line, code, verifier(0), minutes=10)
    assert lacks(line, code) == 0
    observe(line, code, "on_scene", ANA.name, NOON, NOON, finding="nothing", observer="Vera1")
    assert lacks(line, code) > 0


def test_only_a_verifier_is_on_scene(line: Line) -> None:
    code = verifying(line)
    given = (line, code, "on_scene", ANA.name, NOON, NOON)
    assert refusal(observe, *given, finding="seen", observer="Bo") == "role"
    assert refusal(observe, *given, finding="seen", observer="Somebody") == "unknown_person"


def test_what_is_put_on_record_can_be_told_apart_and_has_words(line: Line) -> None:
    code = verifying(line)
    elsewhere, _ = report_by(line, 9)
    own = (line, code)
    assert refusal(observe, *own, "statement", ANA.name, NOON, NOON) == "no_words"
    assert refusal(observe, *own, "first_hand", ANA.name, NOON, NOON, report=elsewhere) == "unknown_report"
    assert refusal(observe, *own, "photo_checked", ANA.name, NOON, NOON, report="R001") == "no_picture"
    ahead = NOON + timedelta(minutes=1)
    assert refusal(observe, *own, "note", ANA.name, ahead, NOON, words="hm") == "seen_at"


def test_merging_takes_reports_along_and_can_be_taken_back(line: Line) -> None:
    _, part = report_by(line, 1, is_urgent=True)
    _, whole = report_by(line, 2)
    merge(line, part, whole, ANA.name, "same corner", NOON)
    assert read(line, whole).is_urgent
    assert refusal(step, line, part, "verifying", ANA.name, "because", NOON) == "merged"
    assert refusal(merge, line, part, whole, ANA.name, "again", NOON) == "not_mergeable"
    assert refusal(merge, line, whole, part, ANA.name, "round", NOON) == "not_mergeable"
    assert not read(line, part).is_open
    unmerge(line, part, ANA.name, "another corner", NOON)
    assert read(line, part).is_open
    assert refusal(unmerge, line, part, ANA.name, "once more", NOON) == "not_merged"
    with transaction(line.database) as db:
        acts = db.scalars(text("SELECT act FROM audit WHERE act LIKE '%merge' ORDER BY id")).all()
    assert acts == ["incident.merge", "incident.unmerge"]


def test_what_was_confirmed_is_never_merged_away(line: Line) -> None:
    code = verifying(line)
    sees(line, code, verifier(0))
    step(line, code, "confirmed", ANA.name, "seen", NOON)
    _, other = report_by(line, 2)
    assert refusal(merge, line, code, other, ANA.name, "same", NOON) == "not_mergeable"


def test_an_override_takes_a_written_reason_and_a_second_person(line: Line) -> None:
    _, code = report_by(line, 1)
    why = "The church phoned, agents are inside now"
    assert refusal(ask_override, line, code, ANA.name, "hurry", NOON) == "override_reason"
    assert refusal(agree_to_override, line, code, BO.name, "yes", NOON) == "override_not_asked"
    ask_override(line, code, BO.name, why, NOON)
    assert refusal(agree_to_override, line, code, BO.name, "yes", NOON) == "second_person"
    assert refusal(agree_to_override, line, code, ANA.name, "yes", NOON) == "role"
    ask_override(line, code, ANA.name, why, NOON)
    assert read(line, code).state == "reported"
    agree_to_override(line, code, BO.name, "I know that church", NOON)
    found = read(line, code)
    assert (found.state, found.overridden_at) == ("confirmed", NOON)
    assert is_open_to_alerts(line, code)
    line.clock.pass_(minutes=31)  # type: ignore[attr-defined]
    assert not is_open_to_alerts(line, code)
    step(line, code, "closed", ANA.name, "over", line.clock())
    assert read(line, code).overridden_at == NOON


def test_an_override_is_agreed_to_while_it_is_an_emergency(line: Line) -> None:
    _, code = report_by(line, 1)
    ask_override(line, code, ANA.name, "The church phoned, agents are inside", NOON)
    late = NOON + timedelta(minutes=31)
    assert refusal(agree_to_override, line, code, BO.name, "yes", late) == "override_not_asked"


def test_old_incidents_are_emptied_and_their_steps_stay(line: Line) -> None:
    code = verifying(line)
    observe(line, code, "note", ANA.name, NOON, NOON, words="spoke with the owner")
    of = read(line, code)
    with transaction(line.database) as db:
        assert incidents.empty_before(db, line.keyring, NOON + timedelta(days=1), NOON, 10) == 1
        assert incidents.empty_before(db, line.keyring, NOON + timedelta(days=1), NOON, 10) == 0
        steps = incident_steps.of_incidents(db, line.keyring, [of.id])
        bodies = db.scalars(text("SELECT body_ct FROM observation")).all()
    assert [one.kind for one in steps] == ["open", "describe", "state"]
    assert not any(one.reason for one in steps)
    assert [bytes(one) for one in bodies] == [b""]
    assert read(line, code).fields == {}


def test_every_refusal_has_a_sentence() -> None:
    assert all(sentence.endswith(".") for sentence in INCIDENT_REFUSALS.values())
