"""Calls in: documents executed in order and in time, and what the caller hears when they are broken."""

import pytest

from hotline.simulator.call.leg import Leg
from hotline.simulator.clock import sleep
from hotline.simulator.transport import Answer
from tests.simulator.world import LINE, LUPE, Form, broken, build, story, xml

VOICE = "/twilio/voice"
MENU = (
    '<Gather numDigits="1" action="/turn?n=1" timeout="4">'
    '<Say language="es-MX" voice="Polly.Mia">Para español, marque uno por favor ahora mismo.</Say>'
    "</Gather><Say>Nothing was pressed.</Say>"
)
ENGLISH_ERROR = "We're sorry, an application error has occurred. Goodbye."


def said(leg: Leg) -> list[str]:
    return [heard.text for heard in leg.heard if heard.kind == "say"]


def kinds(leg: Leg) -> list[str]:
    return [heard.kind for heard in leg.heard]


@story
async def test_the_first_request_rings_later_ones_are_in_progress_and_the_end_is_told() -> None:
    world = build({VOICE: MENU, "/turn": "<Say>One.</Say>"})
    leg = await world.call()
    first = world.customer.forms(VOICE)[0]
    assert (first["CallStatus"], first["Direction"]) == ("ringing", "inbound")
    assert (first["From"], first["Caller"], first["To"]) == (LUPE, LUPE, LINE)
    assert first["CallSid"] == leg.sid
    await world.press(leg, "1")
    second = world.customer.forms("/turn?n=1")[0]
    assert (second["CallStatus"], second["Digits"]) == ("in-progress", "1")
    await world.clock.advance(5)
    assert leg.status == "completed"
    last = world.customer.forms("/twilio/status/call")[0]
    assert (last["CallStatus"], last["CallDuration"], last["Duration"]) == ("completed", "1", "1")
    assert (last["CallbackSource"], last["SequenceNumber"]) == ("call-progress-events", "0")


@story
async def test_silence_falls_through_to_the_next_verb_after_the_prompt_and_the_timeout() -> None:
    world = build({VOICE: MENU})
    leg = await world.call()
    await world.clock.advance(6.9)  # eight words take three seconds, the timeout four
    assert len(said(leg)) == 1
    await world.clock.advance(0.3)
    assert said(leg)[1] == "Nothing was pressed."
    assert world.customer.forms("/turn") == []


@story
async def test_several_digits_end_by_number_by_finish_key_or_by_timeout() -> None:
    gather = '<Gather action="/turn" timeout="3"/>'
    for keys, digits, finished in (("12#", "12", "#"), ("90210", "90210", None)):
        world = build({VOICE: gather})
        leg = await world.call()
        await world.press(leg, keys)
        await world.clock.advance(4)
        form = world.customer.forms("/turn")[0]
        assert form["Digits"] == digits
        assert form.get("FinishedOnKey") == finished


@story
async def test_an_empty_finish_key_lets_the_pound_be_a_digit() -> None:
    world = build({VOICE: '<Gather action="/turn" finishOnKey="" numDigits="2"/>'})
    await world.press(await world.call(), "1#")
    assert world.customer.forms("/turn")[0]["Digits"] == "1#"


@story
async def test_only_the_finish_key_or_nothing_asks_no_action_unless_an_empty_result_is_wanted() -> None:
    world = build({VOICE: '<Gather action="/turn"/>'})
    leg = await world.call()
    await world.press(leg, "#")
    await world.clock.settle()
    assert world.customer.forms("/turn") == []
    wanted = build({VOICE: '<Gather action="/turn" actionOnEmptyResult="true" timeout="2"/>'})
    await wanted.call()
    await wanted.clock.advance(2.5)
    assert wanted.customer.forms("/turn")[0]["Digits"] == ""


@story
async def test_speech_is_taken_only_where_it_is_asked_for() -> None:
    world = build(
        {VOICE: '<Gather input="dtmf speech" language="es-MX" action="/turn"><Say>Diga</Say></Gather>'}
    )
    leg = await world.call()
    await world.speak(leg, "reportar")
    form = world.customer.forms("/turn")[0]
    assert (form["SpeechResult"], form["Language"]) == ("reportar", "es-MX")
    assert 0 <= float(form["Confidence"]) <= 1
    deaf = build({VOICE: MENU})
    leg = await deaf.call()
    await deaf.speak(leg, "reportar")
    assert deaf.customer.forms("/turn") == []


@story
async def test_without_an_action_gather_posts_to_its_own_document() -> None:
    world = build(
        {
            VOICE: ["<Redirect>/menu?lang=es</Redirect>"],
            "/menu?lang=es": ['<Gather numDigits="1"/>', "<Hangup/>"],
        }
    )
    leg = await world.call()
    await world.press(leg, "7")
    assert world.customer.paths()[:3] == ["/twilio/voice", "/menu?lang=es", "/menu?lang=es"]
    assert "Digits" not in world.customer.forms("/menu")[0], "a redirect carries no digits"
    assert world.customer.forms("/menu")[1]["Digits"] == "7"


@story
async def test_keys_pressed_outside_a_gather_are_lost() -> None:
    world = build({VOICE: "<Say>Please listen to all of this first.</Say>" + MENU})
    leg = await world.call()
    await world.press(leg, "1")
    await world.clock.advance(4)
    assert world.customer.forms("/turn") == []
    await world.press(leg, "1")
    assert world.customer.forms("/turn")[0]["Digits"] == "1"


@story
async def test_pause_play_and_loops_take_their_time() -> None:
    tone = Answer(200, "audio/x-wav", b"")
    world = build({VOICE: '<Play>/a.wav</Play><Pause length="2"/><Say loop="2">Hi</Say>', "/a.wav": tone})
    leg = await world.call()
    await world.clock.advance(2.9)
    assert kinds(leg) == ["play"]
    assert world.customer.seen[1].method == "GET"
    await world.clock.advance(3)
    assert said(leg) == ["Hi", "Hi"]


@story
async def test_hangup_reject_and_the_end_of_the_document_end_the_call() -> None:
    for document, status in (
        ("<Hangup/>", "completed"),
        ("<Say>Bye</Say>", "completed"),
        ("", "no-answer"),
        ("<Reject/>", "no-answer"),
        ('<Reject reason="busy"/>', "busy"),
    ):
        world = build({VOICE: document})
        leg = await world.call()
        await world.clock.advance(2)
        assert leg.status == status, document
        assert (leg.answered_at_s is None) == (status != "completed")
        assert world.customer.forms("/twilio/status/call")[0]["CallStatus"] == status


@story
async def test_a_caller_who_hangs_up_ends_the_call_at_once() -> None:
    world = build({VOICE: MENU})
    leg = await world.call()
    await world.clock.advance(1)
    await world.hang_up(leg)
    assert (leg.status, world.phone(LUPE).leg) == ("completed", None)
    await world.clock.advance(30)
    assert len(said(leg)) == 1


@pytest.mark.parametrize(
    ("reaction", "code"),
    [
        (Answer(500, "text/plain", b""), 11200),
        (broken(), 11205),
        (Answer(200, "text/plain", b"hello"), 12300),
        (Answer(200, "text/xml", b"\n<?xml version='1.0'?><Response/>"), 12100),
        (xml("<Say>" + "a" * 70_000 + "</Say>"), 11750),
        (xml("<Shout>now</Shout>"), 12200),
        (xml('<Dial callerId="+12135550177">+12135550190</Dial>'), 13214),
        (xml("<Say>x</Say><Reject/>"), 12200),
        (xml("<Leave/>"), 12200),
    ],
)
@story
async def test_a_broken_document_is_twilios_english_error_unless_the_fallback_answers(
    reaction: Answer | Exception, code: int
) -> None:
    world = build({VOICE: reaction}, voice_fallback_url="-")
    leg = await world.call()
    await world.clock.advance(20)
    assert said(leg)[-1] == ENGLISH_ERROR
    assert (world.codes(), leg.status) == ([code], "completed")
    saved = build({VOICE: reaction, "/twilio/fallback/voice": "<Say language='es-MX'>Disculpe</Say>"})
    leg = await saved.call()
    await saved.clock.advance(20)
    assert said(leg)[-1] == "Disculpe"
    form = saved.customer.forms("/twilio/fallback/voice")[0]
    assert (form["ErrorCode"], form["ErrorUrl"]) == (str(code), "http://127.0.0.1:8000/twilio/voice")


@story
async def test_a_broken_fallback_is_the_english_error_too() -> None:
    world = build({VOICE: broken(), "/twilio/fallback/voice": broken()})
    leg = await world.call()
    await world.clock.advance(5)
    assert said(leg) == [ENGLISH_ERROR]
    assert world.codes() == [11205, 11205]


@story
async def test_a_document_slower_than_fifteen_seconds_is_refused() -> None:
    async def slow(form: Form) -> str:
        await sleep(world.clock, 15.1)
        return "<Say>late</Say>"

    world = build({VOICE: slow}, voice_fallback_url="-")
    leg = await world.call()
    await world.clock.advance(30)
    assert (world.codes(), said(leg)) == ([11200], [ENGLISH_ERROR])


@story
async def test_a_call_that_redirects_for_ever_ends() -> None:
    world = build({VOICE: "<Redirect>/twilio/voice</Redirect>"})
    leg = await world.call()
    await world.clock.advance(60)
    for _ in range(40):
        await world.clock.settle()
    assert leg.is_over
    assert world.codes() == [12400]


RECORD = (
    '<Say>Speak</Say><Record action="/turn?n=2" timeout="3" recordingStatusCallback="/rec"/><Say>Empty</Say>'
)


@story
async def test_a_voicemail_is_beeped_recorded_and_ready_only_after_its_action() -> None:
    world = build({VOICE: RECORD, "/turn": "<Say>Thanks</Say>"})
    leg = await world.call()
    await world.clock.advance(1)
    assert "beep" in kinds(leg)
    await world.speak(leg, "hay dos camionetas blancas en la calle quinta")
    await world.clock.advance(3.1)
    form = world.customer.forms("/turn?n=2")[0]
    assert (form["RecordingDuration"], form["Digits"]) == ("3", "")
    path = form["RecordingUrl"].partition(f"{form['AccountSid']}/")[2]
    assert (await world.rest("GET", path + ".mp3"))[0] == 404, "the file is not ready yet"
    await world.clock.advance(3)
    ready = world.customer.forms("/rec")[0]
    assert (ready["RecordingStatus"], ready["RecordingSource"]) == ("completed", "RecordVerb")
    status, sound = await world.rest("GET", path + ".wav")
    assert (status, sound[:4], len(sound)) == (200, b"RIFF", 44 + 3 * 8000)
    assert (await world.rest("GET", path))[1] == sound
    assert (await world.rest("GET", path + ".mp3"))[1][:2] == b"\xff\xfb"
    assert (await world.rest("DELETE", path + ".json"))[0] == 204
    assert (await world.rest("GET", path + ".mp3"))[0] == 404


@story
async def test_a_silent_recording_asks_no_action_and_runs_the_next_verb() -> None:
    world = build({VOICE: RECORD})
    leg = await world.call()
    await world.clock.advance(5)
    assert said(leg) == ["Speak", "Empty"]
    assert world.customer.forms("/turn") == world.customer.forms("/rec") == []


@story
async def test_a_key_ends_a_recording_and_a_hangup_keeps_it() -> None:
    world = build({VOICE: RECORD})
    leg = await world.call()
    await world.clock.advance(1)
    await world.speak(leg, "hola")
    await world.press(leg, "5")
    assert world.customer.forms("/turn")[0]["Digits"] == "5"
    world = build({VOICE: RECORD})
    leg = await world.call()
    await world.clock.advance(1)
    await world.speak(leg, "hola")
    await world.hang_up(leg)
    form = world.customer.forms("/turn")[0]
    assert (form["Digits"], form["CallStatus"]) == ("hangup", "completed")
    await world.clock.advance(3)
    assert world.customer.forms("/rec")[0]["RecordingStatus"] == "completed"


@story
async def test_a_recording_stops_at_its_longest() -> None:
    world = build({VOICE: '<Record maxLength="2" action="/turn"/>'})
    leg = await world.call()
    await world.speak(leg, "una frase muy larga que no cabe en dos segundos de ninguna manera")
    assert world.customer.forms("/turn")[0]["RecordingDuration"] == "2"


@story
async def test_a_loop_of_zero_goes_on_until_the_caller_hangs_up() -> None:
    world = build({VOICE: '<Say loop="0">Hi</Say>'})
    leg = await world.call()
    await world.clock.advance(60)
    assert len(said(leg)) > 100
    await world.hang_up(leg)
    assert leg.is_over
