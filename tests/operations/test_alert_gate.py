"""Nothing unverified goes out: at the draft, at the question, at the word, whoever releases."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from hotline.flow.effect import FinishReport, FlagUrgent, StartReport
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.alerts import AlertRefused, draft, find
from hotline.operations.effects import Occasion, apply
from hotline.operations.incident_refusals import IncidentRefused
from hotline.operations.incidents import step
from hotline.operations.line import Line
from hotline.operations.merging import merge
from hotline.operations.observing import observe
from hotline.operations.overriding import agree_to_override, ask_override
from hotline.operations.release import answer_release, ask_release, start
from hotline.operations.verifying import ask_verifiers
from hotline.store import incident_steps
from hotline.store.alerts import Alert
from hotline.store.database import transaction
from tests.incidents import described, read, report_by, says, sees, verifier, with_verifiers
from tests.lines import ANA, BO, NOON, Clock, make_line
from tests.people import PLACE, draft_actual, follow_up, release, subscribe, word_for


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    made = with_verifiers(make_line(database, flow, network, clock=Clock()), 3)
    subscribe(made, 1)
    return made


def confirmed(line: Line, number: int = 1) -> str:
    code = described(line, number)
    step(line, code, "verifying", ANA.name, "look", line.clock())
    sees(line, code, verifier(0), minutes=5)
    step(line, code, "confirmed", ANA.name, "seen", line.clock())
    return code


def draft_of(line: Line, code: str, kind: str = "actual", **changes: object) -> str:
    given: dict[str, object] = {"area": "boyle_heights", "incident": code} | changes
    return draft(line, line.clock(), kind, {}, ANA.name, **given)  # type: ignore[arg-type]


def alert(line: Line, code: str) -> Alert:
    with transaction(line.database) as db:
        return find(line, db, code)


def refusal(line: Line, code: str, kind: str = "actual", **changes: object) -> str:
    with pytest.raises(AlertRefused) as refused:
        draft_of(line, code, kind, **changes)
    return refused.value.reason


@pytest.mark.parametrize("state", ["reported", "verifying", "unsure", "not_found", "other_agency"])
def test_what_is_not_confirmed_makes_no_alert(line: Line, state: str) -> None:
    code = described(line)
    if state != "reported":
        step(line, code, "verifying", ANA.name, "look", NOON)
    sees(line, code, verifier(0))  # what is on record is not enough: somebody must have confirmed it
    if state not in {"reported", "verifying"}:
        step(line, code, state, ANA.name, "because", NOON)  # type: ignore[arg-type]
    assert refusal(line, code) == "unverified"


def test_a_confirmed_incident_gives_place_activity_and_time(line: Line) -> None:
    made = alert(line, draft_of(line, confirmed(line)))
    assert made.values == PLACE
    assert (made.basis, made.seen_at) == ("verifier_on_scene", NOON - timedelta(minutes=5))
    assert made.incident_id is not None


def test_an_unknown_incident_makes_no_alert(line: Line) -> None:
    assert refusal(line, "ZZZZ") == "unknown_incident"


def test_what_went_stale_is_not_released(line: Line) -> None:
    code = draft_of(line, confirmed(line))
    line.clock.pass_(minutes=26)  # type: ignore[attr-defined]
    with pytest.raises(AlertRefused) as refused:
        ask_release(line, code, ANA.name, BO.name, line.clock())
    assert refused.value.reason in {"seen_at", "unverified"}


def test_what_is_doubted_again_is_not_released_by_the_right_word(line: Line) -> None:
    incident = confirmed(line)
    code = draft_of(line, incident)
    ask_release(line, code, ANA.name, BO.name, NOON)
    step(line, incident, "verifying", ANA.name, "a caller says they left", NOON)
    with transaction(line.database) as db:
        answered = answer_release(line, db, BO, word_for(line), NOON)
    assert answered is not None
    assert not answered.wakes
    assert "Nothing unverified goes out" in answered.words
    assert alert(line, code).state == "draft"


def test_the_last_door_is_shut_too(line: Line) -> None:
    incident = confirmed(line)
    code = draft_of(line, incident)
    observe(line, incident, "on_scene", ANA.name, NOON, NOON, finding="nothing", observer="Vera1")
    with pytest.raises(AlertRefused) as refused, transaction(line.database) as db:
        start(line, db, find(line, db, code), BO.name, NOON)
    assert refused.value.reason == "unverified"


def test_an_alert_from_before_without_an_incident_is_not_released(line: Line) -> None:
    code = draft_actual(line)
    with transaction(line.database) as db:
        db.execute(text("UPDATE alert SET incident_id = NULL"))
    with pytest.raises(AlertRefused) as refused:
        ask_release(line, code, ANA.name, BO.name, NOON)
    assert refused.value.reason == "unverified"


def test_whoever_drafts_without_an_incident_vouches_for_one(line: Line) -> None:
    made = alert(line, draft_actual(line))
    with transaction(line.database) as db:
        steps = incident_steps.of_incidents(db, line.keyring, [made.incident_id or 0])
        sources = db.scalars(text("SELECT source FROM report")).all()
    assert [one.after for one in steps] == ["reported", "verifying", "confirmed"]
    assert {one.person for one in steps} == {ANA.name}
    assert "verifier_on_scene" in steps[-1].reason
    assert sources == ["staff"]


def test_an_override_lets_an_alert_out_and_the_timeline_tells(line: Line) -> None:
    code = described(line)
    ask_override(line, code, ANA.name, "The church phoned, agents are inside", NOON)
    agree_to_override(line, code, BO.name, "I know that church", NOON)
    made = draft_of(line, code)
    assert alert(line, made).basis is None
    release(line, made)
    of = read(line, code)
    with transaction(line.database) as db:
        kinds = [one.kind for one in incident_steps.of_incidents(db, line.keyring, [of.id])]
    assert kinds[-1] == "alert"
    assert of.overridden_at == NOON


def test_an_all_clear_stands_on_who_looked_and_found_nothing(line: Line) -> None:
    incident = confirmed(line)
    first = draft_of(line, incident)
    release(line, first)
    assert refusal(line, incident, "all_clear", follows=first) == "unverified"
    says(line, verifier(1), f"NOTHING {incident}")  # nobody asked this phone: it counts for nothing
    assert refusal(line, incident, "all_clear", follows=first) == "unverified"
    ask_verifiers(line, incident, ANA.name, "look once more", NOON)
    says(line, verifier(1), f"NOTHING {incident}")
    assert (
        alert(line, draft_of(line, incident, "all_clear", follows=first)).incident_id
        == read(line, incident).id
    )
    assert refusal(line, incident, "update", follows=first) == "unverified"


def test_a_correction_stands_on_what_it_turned_out_to_be(line: Line) -> None:
    incident = confirmed(line)
    first = draft_of(line, incident)
    release(line, first)
    values = {"actual": "police"}
    given = (line, NOON, "correction", values, ANA.name)
    with pytest.raises(AlertRefused):
        draft(*given, incident=incident, follows=first)  # type: ignore[arg-type]
    step(line, incident, "verifying", ANA.name, "a second look", NOON)
    step(line, incident, "other_agency", ANA.name, "city police", NOON)
    step(line, incident, "closed", ANA.name, "done", NOON)
    assert draft(*given, incident=incident, follows=first)  # type: ignore[arg-type]


def test_a_follow_up_speaks_of_the_same_incident(line: Line) -> None:
    first = draft_of(line, confirmed(line, 1))
    release(line, first)
    other = confirmed(line, 2)
    assert refusal(line, other, "update", follows=first) == "unknown_incident"


def test_an_update_needs_the_incident_to_stand(line: Line) -> None:
    incident = confirmed(line)
    first = draft_of(line, incident)
    release(line, first)
    assert follow_up(line, "update", first, change="arrests")
    step(line, incident, "verifying", ANA.name, "again", NOON)
    step(line, incident, "not_found", ANA.name, "nothing", NOON)
    with pytest.raises(AlertRefused) as refused:
        follow_up(line, "update", first, change="arrests")
    assert refused.value.reason == "unverified"


def test_what_an_alert_speaks_of_stays_where_it_is(line: Line) -> None:
    incident = confirmed(line, 1)
    draft_of(line, incident)
    step(line, incident, "verifying", ANA.name, "again", NOON)
    _, other = report_by(line, 2)
    with pytest.raises(IncidentRefused):
        merge(line, incident, other, ANA.name, "same", NOON)


def test_what_is_reported_by_text_or_call_is_an_incident_at_once(line: Line) -> None:
    at = Occasion(None, None, None, "voice", "es", "", None, NOON)
    with transaction(line.database) as db:
        apply(line, db, line.library(), at, [StartReport("K7Q2")])
        assert db.scalar(text("SELECT count(*) FROM incident")) == 0
        apply(line, db, line.library(), at, [FlagUrgent("K7Q2", "en mi puerta")])
        assert db.scalar(text("SELECT is_urgent FROM incident"))
        apply(line, db, line.library(), at, [FinishReport("K7Q2")])
        assert db.scalar(text("SELECT count(*) FROM incident")) == 1
        assert db.scalar(text("SELECT source FROM report")) == "call"
