"""Contacts who confirm from their own phone, reports that begin with a code, and telling sites once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count

import pytest
from sqlalchemy import Engine, text

from hotline.domain.phone import PhoneNumber
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations import site_notices, sites
from hotline.operations.line import Line
from hotline.operations.sites import ContactFields, SiteFields, SiteRefused
from hotline.operations.turns import take_turn
from hotline.store import contacts, incidents, reports, site_contacts, subscriptions
from hotline.store import sites as stored
from hotline.store.database import transaction
from hotline.store.messages import body_place
from hotline.web.addresses import Addresses
from hotline.web.mouths import TextMouth
from tests.lines import ANA, JOHN, MARIA, NOON, Clock, make_line, text_from

SIDS = count(1)
ADDRESSES = Addresses("https://line.example.org")
SCHOOL = SiteFields("Escuela Ejemplo", "school", "90033", "1st & Soto", "Lock the gate.")
MARKET = SiteFields("Mercado Ejemplo", "market", "90023")
FAR = SiteFields("Hotel Far", "hotel", "94110")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network, clock: Clock) -> Line:
    return make_line(database, flow, network, clock=clock)


def says(line: Line, body: str, number: PhoneNumber = MARIA) -> str:
    mouth = TextMouth(ADDRESSES)
    return take_turn(line, text_from(number, body, f"SM{next(SIDS):032x}"), mouth, line.clock())


def add(line: Line, fields: SiteFields = SCHOOL, number: PhoneNumber = MARIA, language: str = "es") -> str:
    """A site with one contact who is yet to confirm."""
    code = sites.add(line, fields, "Ana", line.clock())
    given = ContactFields("Maria E.", number.e164, language, "principal")
    sites.add_contact(line, code, given, "Ana", line.clock())
    return code


def confirmed(line: Line, fields: SiteFields = SCHOOL, number: PhoneNumber = MARIA) -> str:
    code = add(line, fields, number)
    says(line, f"CONFIRMO {code}", number)
    return code


def sent(line: Line) -> list[str]:
    """The texts to sites, opened."""
    with transaction(line.database) as db:
        rows = db.execute(text("SELECT id, body_ct FROM message WHERE kind = 'site' ORDER BY id"))
        return [line.keyring.open(row.body_ct, body_place(row.id)) for row in rows]


def state(line: Line) -> list[str]:
    with transaction(line.database) as db:
        return list(db.scalars(text("SELECT state FROM site_contact ORDER BY id")))


def incident(line: Line, zip_code: str | None = "90033", *, is_seen: bool = True) -> str:
    """A confirmed incident at 1st & Soto, seen just now by a trained verifier (or not at all)."""
    code = "QX77"
    with transaction(line.database) as db:
        made = incidents.add(db, line.keyring, code, False, zip_code, {"cross_streets": "1st & Soto"}, NOON)
        assert made is not None
        incidents.move(db, made, "confirmed", NOON)
        if is_seen:
            db.execute(
                text(
                    "INSERT INTO observation (incident_id, kind, finding, person, source, body_ct, seen_at,"
                    " created_at) VALUES (:id, 'on_scene', 'seen', 'Ana', 'person:1', '', :now, :now)"
                ),
                {"id": made, "now": NOON},
            )
    return code


def test_a_contact_is_asked_and_confirms_from_their_own_phone(line: Line) -> None:
    code = add(line)
    [asked] = sent(line)
    assert f"CONFIRMO {code}" in asked
    assert "Escuela Ejemplo" in asked
    assert state(line) == ["asked"]
    assert "Gracias" in says(line, f"confirmo {code.lower()}")
    assert state(line) == ["confirmed"]


def test_nobody_confirms_from_another_phone(line: Line) -> None:
    code = add(line)
    says(line, f"CONFIRMO {code}", JOHN)
    assert state(line) == ["asked"]


def test_a_contact_may_say_no(line: Line) -> None:
    code = confirmed(line)
    assert "No le vamos a escribir" in says(line, f"NO {code}")
    assert state(line) == ["declined"]


def test_who_said_no_is_not_asked_again_and_may_change_their_mind(line: Line, clock: Clock) -> None:
    code = add(line)
    says(line, f"NO {code}")
    with pytest.raises(SiteRefused, match="said no"):
        sites.ask_again(line, code, 1, "Ana", clock.pass_(hours=2))
    says(line, f"CONFIRMO {code}")
    assert state(line) == ["confirmed"]


def test_a_contact_is_asked_again_after_an_hour_only(line: Line, clock: Clock) -> None:
    code = add(line)
    with pytest.raises(SiteRefused, match="less than an hour"):
        sites.ask_again(line, code, 1, "Ana", clock())
    sites.ask_again(line, code, 1, "Ana", clock.pass_(hours=1))
    assert len(sent(line)) == 2


def test_who_opted_out_is_not_even_asked(line: Line) -> None:
    says(line, "ALTO")
    with pytest.raises(SiteRefused, match="no more texts"):
        add(line)
    assert (sent(line), state(line)) == ([], [])


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        (replace(SCHOOL, name=""), "name"),
        (replace(SCHOOL, name="x" * 41), "name"),
        (replace(SCHOOL, kind="church"), "kind"),
        (replace(SCHOOL, zip="00000"), "zip"),
        (replace(SCHOOL, place="1234 Soto St"), "place"),
        (replace(SCHOOL, plan="x" * 4001), "plan"),
    ],
)
def test_what_a_site_may_not_be(line: Line, fields: SiteFields, reason: str) -> None:
    with pytest.raises(SiteRefused) as refused:
        sites.add(line, fields, "Ana", NOON)
    assert refused.value.reason == reason


def test_a_site_keeps_each_number_once_and_twelve_at_most(line: Line) -> None:
    code = add(line)
    with pytest.raises(SiteRefused, match="already"):
        sites.add_contact(line, code, ContactFields("Again", MARIA.e164, "es"), "Ana", NOON)
    for n in range(110, 121):
        sites.add_contact(line, code, ContactFields("More", f"+12135550{n}", "en"), "Ana", NOON)
    with pytest.raises(SiteRefused, match="12 contacts"):
        sites.add_contact(line, code, ContactFields("More", "+12135550130", "en"), "Ana", NOON)


def test_names_numbers_notes_and_plans_are_sealed(line: Line) -> None:
    code = add(line)
    with transaction(line.database) as db:
        row = db.execute(text("SELECT * FROM site_contact")).one()
        plan = db.scalar(text("SELECT plan_ct FROM site"))
        found = stored.by_code(db, line.keyring, code)
    assert b"Maria" not in row.name_ct
    assert b"5550101" not in row.phone_ct
    assert b"gate" not in plan
    assert found is not None
    assert found.plan == "Lock the gate."


def test_closing_a_site_erases_its_plan_and_contacts(line: Line) -> None:
    code = confirmed(line)
    assert sites.close(line, code, "Ana", NOON) == 1
    assert state(line) == []
    with transaction(line.database) as db:
        assert db.scalar(text("SELECT plan_ct FROM site")) is None
        assert stored.by_code(db, line.keyring, code) is None


def test_who_has_their_data_erased_is_no_contact_any_more(line: Line) -> None:
    confirmed(line)
    says(line, "BORRAR")
    says(line, "BORRAR TODO")
    assert state(line) == []


def test_a_text_with_a_code_opens_a_report_for_the_site(line: Line) -> None:
    code = add(line)
    answer = says(line, f"{code} dos camionetas en la puerta", JOHN)
    assert "Escuela Ejemplo" in answer
    with transaction(line.database) as db:
        [made] = reports.latest(db, line.keyring)
        site, is_contact = stored.of_reports(db, line.keyring, [made.id])[made.id]
    assert (site.code, is_contact, made.source, made.is_urgent) == (code, False, "text", False)
    assert made.words("words") == "dos camionetas en la puerta"
    assert "90033" in made.words("place")


def test_a_confirmed_contact_is_heard_at_once_and_known_as_the_site(line: Line) -> None:
    code = confirmed(line)
    says(line, f"{code} agentes afuera")
    with transaction(line.database) as db:
        [made] = reports.latest(db, line.keyring)
        assert stored.of_reports(db, line.keyring, [made.id])[made.id][1]
        assert (made.source, made.is_urgent) == ("site", True)
        assert made.incident_id is not None
        found = incidents.by_id(db, line.keyring, made.incident_id)
    assert found is not None
    assert found.zip == "90033"


def test_a_contact_who_has_not_confirmed_counts_as_anyone(line: Line) -> None:
    code = add(line)
    says(line, f"{code} agentes afuera")
    with transaction(line.database) as db:
        [made] = reports.latest(db, line.keyring)
    assert (made.source, made.is_urgent) == ("text", False)


def test_the_code_alone_asks_what_is_seen_and_goes_on_as_a_report(line: Line) -> None:
    code = add(line)
    says(line, code, JOHN)
    for body in (
        "si",
        "1",
        "Soto y la primera",
        "ahora",
        "2",
        "OMITIR",
        "ICE",
        "OMITIR",
        "OMITIR",
        "no",
        "si",
    ):
        says(line, body, JOHN)
    with transaction(line.database) as db:
        [made] = reports.latest(db, line.keyring)
    assert (made.state, made.words("size")) == ("finished", "2")


def test_the_code_of_a_flyer_answers_the_question_for_the_zip_code(line: Line) -> None:
    code = add(line)
    says(line, "alertas", JOHN)
    answer = says(line, f" {code.lower()} ", JOHN)
    assert "clave de Escuela Ejemplo" in answer
    assert "Responda SI para recibir alertas verificadas de Los Angeles 90033" in answer
    says(line, "SI", JOHN)
    with transaction(line.database) as db:
        contact_id = contacts.find(db, line.keyring, JOHN)
        assert contact_id is not None
        assert subscriptions.zips_of(db, contact_id) == ["90033"]
        assert reports.latest(db, line.keyring) == []


def test_the_code_of_a_flyer_answers_it_for_the_other_lists_and_calls_too(line: Line) -> None:
    code = add(line)
    says(line, "notices", JOHN)
    assert "workshops" in says(line, f"code {code}", JOHN)
    says(line, "MENU", JOHN)
    says(line, "calls", JOHN)
    assert "automated calls" in says(line, code, JOHN)


def test_a_code_with_words_is_a_report_also_where_the_zip_code_is_asked_for(line: Line) -> None:
    code = add(line)
    says(line, "alertas", JOHN)
    assert "Tenemos su reporte" in says(line, f"{code} dos camionetas en la puerta", JOHN)
    with transaction(line.database) as db:
        [made] = reports.latest(db, line.keyring)
    assert made.words("words") == "dos camionetas en la puerta"


def test_who_meant_to_report_with_the_code_alone_sends_it_once_more(line: Line) -> None:
    code = add(line)
    says(line, "alertas", JOHN)
    assert f"mande {code} y lo que ve" in says(line, code, JOHN)
    assert "Tenemos su reporte" in says(line, code, JOHN)


def test_a_code_that_no_site_has_is_no_zip_code_either(line: Line) -> None:
    says(line, "alertas", JOHN)
    assert "No encontramos ese ZIP code" in says(line, "K7Q2", JOHN)


def test_an_urgent_phrase_after_a_code_keeps_the_site(line: Line) -> None:
    code = add(line)
    says(line, f"{code} se llevaron a mi hijo", JOHN)
    with transaction(line.database) as db:
        [made] = reports.latest(db, line.keyring)
        assert stored.of_reports(db, line.keyring, [made.id])[made.id][0].code == code
    assert made.is_urgent


def test_a_code_that_no_site_has_is_a_text_like_any_other(line: Line) -> None:
    says(line, "hola", JOHN)
    says(line, "K7Q2 vans", JOHN)
    with transaction(line.database) as db:
        assert reports.latest(db, line.keyring) == []


def test_a_retry_opens_no_second_report(line: Line) -> None:
    code = add(line)
    inbound = text_from(JOHN, f"{code} vans", "SM" + "7" * 32)
    answers = {take_turn(line, inbound, TextMouth(ADDRESSES), NOON) for _ in range(3)}
    with transaction(line.database) as db:
        assert len(reports.latest(db, line.keyring)) == 1
    assert len(answers) == 1


def test_sites_near_an_incident_are_found_nearest_first(line: Line) -> None:
    for fields in (FAR, MARKET, SCHOOL):
        sites.add(line, fields, "Ana", NOON)
    incident(line)
    with transaction(line.database) as db:
        of = site_notices.find_incident(line, db, "QX77")
        names = [one.site.name for one in site_notices.near(line, db, of, 5)]
        markets = [one.site.name for one in site_notices.near(line, db, of, 5, ["market"])]
    assert names == ["Escuela Ejemplo", "Mercado Ejemplo"]
    assert markets == ["Mercado Ejemplo"]


def test_each_confirmed_contact_is_told_once_in_words_for_their_kind_of_site(line: Line) -> None:
    school, market = confirmed(line), confirmed(line, MARKET, JOHN)
    before = len(sent(line))
    code = incident(line)
    assert site_notices.tell(line, code, [school, market], "Ana", NOON).contacts == 2
    told = sent(line)[before:]
    assert any("ESCUELAS" in body and "Escuela Ejemplo" in body for body in told)
    assert any("ESCUELAS" not in body and "Mercado Ejemplo" in body for body in told)
    assert all("1st & Soto" in body for body in told)
    with pytest.raises(SiteRefused, match="told already"):
        site_notices.tell(line, code, [school, market], "Ana", NOON)
    assert len(sent(line)) == before + 2


def test_a_site_that_is_not_near_is_told_only_with_a_reason_in_words(line: Line) -> None:
    far, code = confirmed(line, FAR), incident(line)
    before = len(sent(line))
    for why in ("", "because  ", "         "):
        with pytest.raises(SiteRefused, match="farther than 10 miles"):
            site_notices.tell(line, code, [far], "Ana", NOON, why)
    assert len(sent(line)) == before
    assert site_notices.tell(line, code, [far], "Ana", NOON, "Same owner, asked us").contacts == 1
    with transaction(line.database) as db:
        details = db.scalars(text("SELECT details FROM audit WHERE act = 'site.tell'")).one()
    assert (details["far"], details["reason"]) == ([far], "Same owner, asked us")


def test_to_an_incident_without_a_zip_code_nothing_is_near(line: Line) -> None:
    school, code = confirmed(line), incident(line, None)
    with pytest.raises(SiteRefused, match="farther than 10 miles"):
        site_notices.tell(line, code, [school], "Ana", NOON)


@pytest.mark.parametrize("zip_code", ["90023", None])
def test_a_site_is_told_no_place_that_was_not_given(line: Line, zip_code: str | None) -> None:
    """The school stands at 1st & Soto, in 90033; where the incident is nobody said so exactly."""
    school, code = confirmed(line), incident(line, zip_code)
    with transaction(line.database) as db:
        made = incidents.by_code(db, line.keyring, code)
        assert made is not None
        incidents.describe(db, line.keyring, made.id, zip_code, {})
    if zip_code is None:
        with pytest.raises(SiteRefused, match="Say first where it is"):
            site_notices.tell(line, code, [school], "Ana", NOON, "They asked us to")
        return
    site_notices.tell(line, code, [school], "Ana", NOON)
    site_notices.tell_ended(line, code, "Ana", NOON)
    told = sent(line)[-2:]
    assert all("90023" in words and "Soto" not in words and "90033" not in words for words in told)


def test_who_has_not_confirmed_or_opted_out_is_not_told(line: Line) -> None:
    asked, out = add(line), confirmed(line, MARKET, JOHN)
    says(line, "ALTO", JOHN)
    code = incident(line)
    with pytest.raises(SiteRefused, match="Nobody"):
        site_notices.tell(line, code, [asked, out], "Ana", NOON)


def test_nothing_unverified_is_told_to_a_site(line: Line, clock: Clock) -> None:
    school = confirmed(line)
    code = incident(line, is_seen=False)
    with pytest.raises(SiteRefused, match="confirmed incident"):
        site_notices.tell(line, code, [school], "Ana", NOON)


def test_what_was_seen_too_long_ago_is_not_told(line: Line, clock: Clock) -> None:
    school, code = confirmed(line), incident(line)
    with pytest.raises(SiteRefused, match="seen lately"):
        site_notices.tell(line, code, [school], "Ana", clock.pass_(minutes=31))


def test_that_it_is_over_goes_to_exactly_those_who_were_told_once(line: Line) -> None:
    school = confirmed(line)
    confirmed(line, MARKET, JOHN)
    code = incident(line)
    site_notices.tell(line, code, [school], "Ana", NOON)
    before = len(sent(line))
    assert site_notices.tell_ended(line, code, "Ana", NOON).contacts == 1
    assert len(sent(line)) == before + 1
    assert "Ya no vale" in sent(line)[-1]
    with pytest.raises(SiteRefused):
        site_notices.tell_ended(line, code, "Ana", NOON)


def test_a_text_about_an_incident_is_not_sent_when_it_is_stale(line: Line) -> None:
    school = confirmed(line)
    site_notices.tell(line, incident(line), [school], "Ana", NOON)
    with transaction(line.database) as db:
        ends_at = db.scalar(text("SELECT ends_at FROM message WHERE kind = 'site' ORDER BY id DESC LIMIT 1"))
    assert (ends_at - NOON).total_seconds() == 1800


def test_removing_a_contact_leaves_nothing_of_them(line: Line) -> None:
    code = confirmed(line)
    with pytest.raises(SiteRefused, match="no such contact"):
        sites.remove_contact(line, code, 999, ANA.name, NOON)
    sites.remove_contact(line, code, 1, ANA.name, NOON)
    with transaction(line.database) as db:
        assert site_contacts.of_sites(db, line.keyring, [1]) == []


def test_two_who_press_the_button_at_once_tell_each_contact_once(line: Line) -> None:
    school, market = confirmed(line), confirmed(line, MARKET, JOHN)
    before, code = len(sent(line)), incident(line)

    def press(by: str) -> int:
        try:
            return site_notices.tell(line, code, [school, market], by, NOON).contacts
        except SiteRefused:
            return 0

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(press, ("Ana", "Bo", "Ana", "Bo")))
    assert sum(told) == 2
    assert len(sent(line)) == before + 2
