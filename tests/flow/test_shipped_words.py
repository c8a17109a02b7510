"""The word lists as shipped, tried with messages as people type them."""

from dataclasses import replace
from typing import Final

import pytest

from hotline.flow.effect import (
    AnswerReport,
    Erase,
    FlagUrgent,
    LeaveLists,
    OpenTicket,
    OptOut,
    PauseAlerts,
    StartReport,
    TakeTexts,
)
from hotline.flow.engine import advance
from hotline.flow.facts import Facts
from hotline.flow.input import Text
from hotline.flow.library import Library
from hotline.flow.reply import Hold, Part, Reply
from hotline.flow.session import Session, Turn
from tests.flow.shipped import FLOW, FORMS, values

LIBRARY: Final = Library(
    wordings={(name, language, channel): wording for name, language, channel, wording in FORMS},
    values={"en": values("en"), "es": values("es")},
)
FACTS: Final = Facts(code="K7Q2", place_of=lambda zip_code: "Los Angeles" if zip_code == "90033" else None)


def said(body: str, session: Session | None = None) -> Turn:
    return advance(FLOW, LIBRARY, session or Session(channel="sms", was_greeted=True), Text(body), FACTS)


def take(body: str) -> Turn:
    """What a subscriber gets for it."""
    session = Session(channel="sms", was_greeted=True)
    return advance(FLOW, LIBRARY, session, Text(body), replace(FACTS, is_subscribed=True))


def at(node: str) -> Session:
    """A contact in Spanish at an open question of a report."""
    return Session(channel="sms", language="es", node=node, report="K7Q2", was_greeted=True)


def has(turn: Turn, effect: type) -> bool:
    return any(isinstance(found, effect) for found in turn.effects)


def parts_of(reply: Reply) -> tuple[Part, ...]:
    return () if isinstance(reply, Hold) else reply.parts


def topic(body: str) -> str:
    return said(body).session.topic


@pytest.mark.parametrize(
    "body",
    [
        "STOP",
        "Stop please!",
        "please stop texting me",
        "Don't text me anymore",
        "unsubscribe me",
        "remove me",
        "ALTO",
        "alto por favor",
        "Hola, ALTO gracias",
        "Ya no me mande más mensajes por favor",
        "no me mande mas por favor",
        "ya no me manden nada",
        "ya no me mandes mensajes",
        "quiero darme de baja",
        "Denme de baja",
        "quítenme de la lista",
        "cancelen mis alertas",
        "ya no quiero recibir mensajes",
        "No más",
        "ya basta",
        "¡YA NO!",
        "ALTOO",
        "stop.",
        "baja",
        "ya no kiero",
        "ya no kiero mensajes porfa",
        "canselar",
        "no me manden mensages",
        "Déjenme en paz",
    ],
)
def test_these_messages_opt_out(body: str) -> None:
    assert has(said(body), OptOut)


@pytest.mark.parametrize(
    "body",
    [
        "STOPPED",
        "they stopped my car",
        "bus stop on 7th",
        "Home Depot",
        "el carro paró",
        "Ya no están ahí",
        "ya no estan",
        "no más de cinco agentes",
        "un alto en la esquina",
        "que no me manden a mi país",
        "salieron por la baja California",
        "fin de semana",
        "para mi esposo",
        "no",
        "end of the street",
    ],
)
def test_these_messages_neither_opt_out_nor_rest_alerts(body: str) -> None:
    turn = said(body)
    assert not has(turn, OptOut)
    assert not has(turn, PauseAlerts)


@pytest.mark.parametrize(
    "body", ["ya no", "no más", "basta", "fin", "salir", "ya no quiero", "Ya no están ahí"]
)
def test_weak_words_answer_an_open_question(body: str) -> None:
    assert not has(said(body, at("report.when")), OptOut)


@pytest.mark.parametrize(
    "body",
    [
        "Please stop sending these, my aunt gets scared",
        "who is this? wrong number",
        "mi mama dice que ya no me mande estos mensajes",
        "por favor dejen de mandarme esto, no vivo ahi",
        "me quiero dar de baja de esto como le hago",
        "este es un numero equivocado",
    ],
)
def test_a_sentence_that_sounds_like_stop_rests_alerts_and_asks(body: str) -> None:
    turn = said(body)
    assert has(turn, PauseAlerts)
    assert turn.session.node == "stop.question"


@pytest.mark.parametrize(
    "body",
    [
        "ya estan aqui afuera",
        "la migra esta tocando",
        "La migra está en la puerta",
        "estan en mi puerta",
        "estan tocando la puerta que hago",
        "quieren que les abra",
        "la migra esta aki",
        "ya estan aki",
        "kieren entrar",
        "estan tocando ala puerta",
        "ban a entrar a mi casa",
        "¿abro la puerta?",
        "hay agentes en mi casa",
        "se metieron a la casa",
        "ayuda estan en mi casa por favor",
        "ice is here",
        "help they are at my house",
        "they're outside!!",
        "ICE at my door",
        "do I have to open",
        "someone is banging on my door",
    ],
)
def test_danger_at_home_gets_its_rights_and_a_person_at_once(body: str) -> None:
    turn = said(body)
    assert has(turn, FlagUrgent)
    assert any(isinstance(found, OpenTicket) and found.is_urgent for found in turn.effects)
    assert any(
        part.wording.startswith(("HOME:", "CASA:")) for reply in turn.replies for part in parts_of(reply)
    )


@pytest.mark.parametrize(
    "body",
    [
        "se llevaron a mi esposo",
        "Se lo llevaron ayer en la mañana",
        "la migra agarró a mi papa, se lo llevaron",
        "detuvieron a mi hermano",
        "se llevaron ami esposo",
        "se yevaron a mi hijo",
        "detubieron a mi papa",
        "they took my husband",
        "ICE took her",
        "my uncle was detained by ICE",
    ],
)
def test_a_family_member_taken_gets_how_to_find_and_a_person_at_once(body: str) -> None:
    turn = said(body)
    assert has(turn, FlagUrgent)
    assert any(
        part.wording.startswith(("FIND", "BUSCAR")) for reply in turn.replies for part in parts_of(reply)
    )


@pytest.mark.parametrize(
    "body",
    [
        "they are taking photos",
        "ICE took off",
        "necesito comida en mi casa",
        "me llevaron a la corte",
        "I want to come in to the office",
        "my car is breaking down",
        "en la puerta 5 del estadio",
        "¿a qué hora van a entrar los niños?",
        "el carro no abre de la puerta",
    ],
)
def test_everyday_words_raise_no_urgent_report(body: str) -> None:
    assert not has(said(body), FlagUrgent)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("STOPPED", "topic.street"),
        ("Me pararon", "topic.street"),
        ("i-9", "topic.work"),
        ("NINOS", "topic.school"),
        ("Niños", "topic.school"),
        ("camión", "topic.transit"),
        ("ACOMPANAR", "topic.walk"),
        ("necesito un abogado", "topic.lawyer"),
        ("¿dónde está mi hijo?", "topic.find"),
        ("Home Depot on Figueroa", "report.start"),
        ("la migra en la Figueroa", "report.start"),
        ("hay una redada", "report.start"),
        ("PERSON Monday 9 am, Pico-Union", "person"),
        ("Persona, el lunes a las 9", "person"),
        ("es una emergencia", "urgent.person"),
        ("suscribirme", "alerts"),
        ("en la puerta", "door_now"),
        ("buenas tardes", "topic.hello"),
        ("hola", "topic.hello"),
        ("Hola, derechos por favor", "rights"),
    ],
)
def test_the_first_words_find_their_topic(body: str, expected: str) -> None:
    assert topic(body) == expected


@pytest.mark.parametrize(
    "body", ["ICE", "Home Depot", "hospital", "metro", "video", "plan", "b18", "I9", "legal"]
)
def test_a_word_of_both_languages_changes_no_language(body: str) -> None:
    kept = said(body, Session(channel="sms", language="es", was_greeted=True))
    assert kept.session.language == "es"
    assert said(body).session.language is None


@pytest.mark.parametrize(
    ("body", "language"),
    [("ESPAÑOL", "es"), ("en espanol por favor", "es"), ("no hablo inglés", "es"), ("English please", "en")],
)
def test_a_language_is_asked_for_in_many_ways(body: str, language: str) -> None:
    assert said(body).session.language == language


@pytest.mark.parametrize("body", ["START", "STOP", "INFO"])
def test_carrier_words_do_not_turn_a_spanish_contact_to_english(body: str) -> None:
    turn = said(body, Session(channel="sms", language="es", was_greeted=True))
    assert turn.session.language == "es"
    assert {part.language for reply in turn.replies for part in parts_of(reply)} == {"es"}


@pytest.mark.parametrize(
    "body", ["no sé", "NO SE", "nose", "no estoy segura", "no lo se", "not sure", "no idea"]
)
def test_not_knowing_is_not_a_no(body: str) -> None:
    turn = said(body, at("report.detained"))
    assert [found.value for found in turn.effects if isinstance(found, AnswerReport)] == ["unsure"]


@pytest.mark.parametrize(
    ("body", "node"),
    [
        ("sí", "report.where"),
        ("lo veo ahora", "report.where"),
        ("me contaron", "report.rumor"),
        ("3", "report.rumor"),
    ],
)
def test_seeing_it_now_is_told_from_hearsay(body: str, node: str) -> None:
    assert said(body, at("report.self")).session.node == node


def test_what_people_see_at_home_depot_is_an_answer_while_a_question_is_open() -> None:
    turn = said("Home Depot", at("report.where"))
    assert not has(turn, StartReport)
    assert turn.session.node == "report.when"


@pytest.mark.parametrize(("body", "node"), [("BORRAR TODO", None), ("NO", None), ("borrar", "erase.ask")])
def test_erasing_needs_the_second_word(body: str, node: str | None) -> None:
    open_question = Session(channel="sms", language="es", node="erase.ask", was_greeted=True)
    turn = said(body, open_question)
    assert turn.session.node == node
    assert has(turn, Erase) == (body == "BORRAR TODO")


@pytest.mark.parametrize(
    ("body", "value"),
    [
        ("si porfa", "yes"),
        ("está bien", "yes"),
        ("claro", "yes"),
        ("claro que no", "no"),
        ("todavía no", "no"),
        ("ok no gracias", "no"),
    ],
)
def test_yes_and_no_as_people_type_them(body: str, value: str) -> None:
    turn = said(body, at("report.detained"))
    assert [found.value for found in turn.effects if isinstance(found, AnswerReport)] == [value]


@pytest.mark.parametrize(
    "body", ["ayudame", "Ayúdenme porfa", "me pueden ayudar?", "kiero hablar con alguien"]
)
def test_asking_for_help_from_somebody_reaches_a_person(body: str) -> None:
    assert any(isinstance(found, OpenTicket) for found in said(body).effects)


@pytest.mark.parametrize("body", ["ok", "Gracias!", "ok gracias", "thank you"])
def test_thanks_need_no_answer_and_count_as_understood(body: str) -> None:
    turn = said(body)
    assert turn.replies == ()
    assert turn.session.unanswered == 0


@pytest.mark.parametrize("body", ["ok quiero alertas", "gracias. alertas por favor", "ok alertas"])
def test_what_follows_an_ok_is_what_is_meant(body: str) -> None:
    assert said(body).session.node == "alerts.zip"


@pytest.mark.parametrize("body", ["sí pero no sé", "ok pero no"])
def test_a_yes_and_a_no_in_one_are_asked_about_again(body: str) -> None:
    turn = said(body, at("alerts.confirm"))
    assert turn.session.node == "alerts.confirm"
    assert turn.effects == ()


@pytest.mark.parametrize(
    "body",
    [
        "no me llamen por favor",
        "Ya no quiero llamadas",
        "no más llamadas!",
        "llamadas no",
        "don't call me",
        "no more calls please",
    ],
)
def test_taking_back_the_agreement_to_calls_needs_no_set_word(body: str) -> None:
    turn = take(body)
    assert has(turn, TakeTexts)
    assert not has(turn, OptOut)
    assert not has(turn, PauseAlerts)


@pytest.mark.parametrize(
    "body",
    [
        *("Sólo alertas", "nada más alertas", "ya no quiero noticias", "only alerts", "no more notices"),
        *("dejar despensas", "ya no quiero avisos oficiales", "leave workshops", "no more food notices"),
    ],
)
def test_leaving_the_other_lists_stops_no_alerts(body: str) -> None:
    turn = take(body)
    assert has(turn, LeaveLists)
    assert not has(turn, OptOut)
    assert not has(turn, PauseAlerts)
