"""Messages that are no alerts: each to its own list, by its own rules."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine, text

from hotline.domain.notice import NOTICES, NoticeKind
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.alert_refusals import AlertRefused
from hotline.operations.alerts import find, wordings
from hotline.operations.console_release import release_here
from hotline.operations.deliver import deliver
from hotline.operations.fan_out import fan_out
from hotline.operations.line import Line
from hotline.operations.notices import draft_notice, send_to_contacts
from hotline.operations.release import answer_release, ask_release
from hotline.store.database import transaction
from tests.incidents import described, read
from tests.lines import ANA, BO, Carrier, Clock, make_line, roster_of
from tests.notices import FIELDS, ask_for
from tests.people import FreeRates, phone, subscribe, word_for

CLEO = replace(BO, id=3, name="Cleo", phone=phone(99))
SCHOOL = {"school": "Example School"}
TO_MANY: list[NoticeKind] = [kind for kind, rule in NOTICES.items() if rule.audience != "named"]


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    return make_line(database, flow, network, clock=Clock(), people=roster_of(ANA, BO, CLEO))


def drafted(line: Line, kind: NoticeKind, **changes: str) -> str:
    area = "boyle_heights" if NOTICES[kind].needs_area else ""
    now = line.clock()
    seen_at = now if NOTICES[kind].is_seen else None
    return draft_notice(line, now, kind, {**FIELDS[kind], **changes}, ANA.name, area=area, seen_at=seen_at)


def released(line: Line, code: str, *others: str) -> int:
    for name in others or (BO.name,):
        last = release_here(line, code, name, line.clock())
    assert last.broadcast_id is not None
    while fan_out(line, last.broadcast_id, line.clock()):
        pass
    return last.broadcast_id


def sent_to(line: Line) -> set[str]:
    """The numbers that everything which waits goes to."""
    assert isinstance(line.sender, Carrier)
    deliver(line, FreeRates(), lanes=1)  # type: ignore[arg-type]
    return {one.to.e164 for one in line.sender.sent}


def refusal(line: Line, kind: NoticeKind, **changes: str) -> str:
    with pytest.raises(AlertRefused) as refused:
        drafted(line, kind, **changes)
    return refused.value.reason


@pytest.mark.parametrize("kind", TO_MANY)
def test_each_goes_to_its_own_list_and_nobody_else(line: Line, kind: NoticeKind) -> None:
    for number, asked in enumerate(("alert", "reminder", "event", "food", "official"), 1):
        ask_for(line, number, asked)
        if asked == NOTICES[kind].audience:
            mine = phone(number).e164
    others = (BO.name, CLEO.name) if NOTICES[kind].approvers == 2 else (BO.name,)
    released(line, drafted(line, kind), *others)
    assert sent_to(line) == {mine}


@pytest.mark.parametrize("kind", TO_MANY)
def test_each_is_said_whole_in_both_languages(line: Line, kind: NoticeKind) -> None:
    code = drafted(line, kind)
    with transaction(line.database) as db:
        said = wordings(line, db, find(line, db, code))
    assert set(said) == {"en", "es"}
    assert all("{" not in one.text and one.measured.encoding == "GSM-7" for one in said.values())


def test_an_event_says_its_day_and_its_languages_as_people_do(line: Line) -> None:
    code = drafted(line, "event")
    with transaction(line.database) as db:
        said = wordings(line, db, find(line, db, code))
    assert "Know your rights workshop, Tuesday Mar 3 6:00 pm-8:00 pm" in said["en"].text
    assert "Taller de derechos, 3 de marzo 6:00 pm-8:00 pm" in said["es"].text
    assert "in Spanish and Mam" in said["en"].text
    assert "en español y mam" in said["es"].text


@pytest.mark.parametrize(
    ("kind", "changes", "reason"),
    [
        ("event", {"place": "1234 Soto Street"}, "place"),
        ("event", {"event": "secret_party"}, "unknown_field"),
        ("event", {"languages": "es,xx"}, "unknown_field"),
        ("event", {"day": "tomorrow"}, "day"),
        ("event", {"day": "2026-03-01"}, "day"),
        ("event", {"end": "17:00"}, "day"),
        ("event", {"place": ""}, "missing_field"),
        ("official_notice", {"url": "http://example.org"}, "url"),
        ("official_notice", {"url": "https://me:secret@example.org"}, "url"),
        ("official_notice", {"until": "2026-03-02T19:00"}, "day"),
        ("rumor_check", {"place": "712 Soto"}, "cross_streets"),
        ("kyr_reminder", {"tip": "home"}, "unknown_field"),
    ],
)
def test_what_is_not_as_asked_is_refused(
    line: Line, kind: NoticeKind, changes: dict[str, str], reason: str
) -> None:
    assert refusal(line, kind, **changes) == reason


def test_a_rumour_is_denied_only_on_what_was_seen_lately(line: Line) -> None:
    subscribe(line, 1)
    now = line.clock()
    with pytest.raises(AlertRefused) as refused:
        draft_notice(line, now, "rumor_check", FIELDS["rumor_check"], ANA.name)
    assert refused.value.reason == "seen_at"
    code = drafted(line, "rumor_check")
    assert isinstance(line.clock, Clock)
    line.clock.pass_(minutes=31)
    with pytest.raises(AlertRefused) as late:
        release_here(line, code, BO.name, line.clock())
    assert late.value.reason == "seen_at"


def test_a_rumour_check_takes_two_who_agree_besides_its_author(line: Line) -> None:
    subscribe(line, 1)
    code = drafted(line, "rumor_check")
    now = line.clock()
    for name in (ANA.name, BO.name):
        if name == ANA.name:
            with pytest.raises(AlertRefused):
                release_here(line, code, name, now)
        else:
            assert release_here(line, code, name, now).broadcast_id is None
    with pytest.raises(AlertRefused) as again:
        release_here(line, code, BO.name, now)
    assert again.value.reason == "second_person"
    assert release_here(line, code, CLEO.name, now).broadcast_id is not None


def test_the_word_by_text_counts_as_one_of_two(line: Line) -> None:
    subscribe(line, 1)
    code = drafted(line, "rumor_check")
    for person, goes in ((BO, False), (CLEO, True)):
        ask_release(line, code, ANA.name, person.name, line.clock())
        with transaction(line.database) as db:
            answered = answer_release(line, db, person, word_for(line), line.clock())
        assert answered is not None
        assert bool(answered.wakes) == goes


def test_a_reminder_goes_out_once_a_week(line: Line) -> None:
    ask_for(line, 1, "reminder")
    released(line, drafted(line, "kyr_reminder"))
    assert isinstance(line.clock, Clock)
    line.clock.pass_(days=6)
    code = drafted(line, "kyr_reminder", tip="tip_work")
    with pytest.raises(AlertRefused) as refused:
        release_here(line, code, BO.name, line.clock())
    assert refused.value.reason == "too_soon"
    line.clock.pass_(days=1)
    released(line, drafted(line, "kyr_reminder", tip="tip_work"))


def test_what_is_not_urgent_waits_for_morning_where_each_lives(line: Line) -> None:
    ask_for(line, 1, "food")
    assert isinstance(line.clock, Clock)
    code = drafted(line, "food_notice", day="2026-03-04")
    line.clock.pass_(hours=10)  # ten in the evening in Los Angeles
    released(line, code)
    assert sent_to(line) == set()
    line.clock.pass_(hours=11)
    assert sent_to(line) == {phone(1).e164}


def test_nothing_is_told_of_an_event_that_has_begun(line: Line) -> None:
    ask_for(line, 1, "event")
    code = drafted(line, "event", day="2026-03-02", start="13:00", end="14:00")
    assert isinstance(line.clock, Clock)
    line.clock.pass_(hours=1)
    with pytest.raises(AlertRefused) as refused:
        release_here(line, code, BO.name, line.clock())
    assert refused.value.reason == "ends_at"


def test_a_word_missing_in_one_language_keeps_it_back(line: Line) -> None:
    events = {**line.network.events, "picnic": {"en": "Picnic"}}
    poorer = replace(line, network=line.network.model_copy(update={"events": events}))
    assert refusal(poorer, "event", event="picnic") == "untranslated"


def test_named_contacts_are_told_of_a_confirmed_incident_alone(line: Line) -> None:
    ids = [subscribe(line, number) for number in (1, 2, 3)]
    code = described(line, 7)
    now = line.clock()
    with pytest.raises(AlertRefused) as refused:
        send_to_contacts(
            line, now, "school_partner", {"school": "Example School"}, ids[:2], ANA.name, incident=code
        )
    assert refused.value.reason == "unverified"
    with transaction(line.database) as db:
        db.execute(
            text("UPDATE incident SET state = 'confirmed', overridden_at = :now WHERE code = :code"),
            {"now": now, "code": code},
        )
    told = send_to_contacts(line, now, "school_partner", SCHOOL, [*ids[:2], ids[0]], ANA.name, incident=code)
    assert sent_to(line) == {phone(1).e164, phone(2).e164}
    with transaction(line.database) as db:
        assert find(line, db, told).incident_id == read(line, code).id
    assert all("Example School, 1st & Soto" in one.body for one in line.sender.sent)  # type: ignore[attr-defined]


def test_named_contacts_who_opted_out_are_not_told(line: Line) -> None:
    ids = [subscribe(line, number) for number in (1, 2)]
    code = described(line, 7)
    now = line.clock()
    with transaction(line.database) as db:
        db.execute(text("UPDATE incident SET state = 'confirmed', overridden_at = :now"), {"now": now})
        db.execute(
            text("INSERT INTO suppression SELECT phone_hash, 'stop', :now FROM contact WHERE id = :id"),
            {"now": now, "id": ids[0]},
        )
    send_to_contacts(line, now, "school_partner", SCHOOL, ids, ANA.name, incident=code)
    assert sent_to(line) == {phone(2).e164}
