"""Dial: ringing others, whispering, joining, and every way in which nobody talks in the end."""

import pytest

from hotline.simulator.call.leg import Leg
from tests.simulator.world import ANA, BO, LINE, LUPE, World, build, story

VOICE = "/twilio/voice"
DIAL = (
    f'<Dial callerId="{LINE}" timeout="20" action="/turn?n=2">'
    f'<Number url="/whisper/1">{ANA}</Number><Number url="/whisper/2">{BO}</Number></Dial>'
)
PRESS_ONE = '<Gather numDigits="1" timeout="5" action="/accept"><Say>Press 1</Say></Gather><Hangup/>'
ANSWERS = {
    VOICE: DIAL,
    "/whisper/1": PRESS_ONE,
    "/whisper/2": PRESS_ONE,
    "/accept": "",
    "/turn": "<Say>After</Say>",
}


def ended(world: World) -> tuple[str, str]:
    form = world.customer.forms("/turn?n=2")[0]
    return form["DialCallStatus"], form["DialBridged"]


def heard(leg: Leg, kind: str) -> list[str]:
    return [h.text for h in leg.heard if h.kind == kind]


@story
async def test_all_ring_one_presses_the_key_and_only_then_do_they_talk() -> None:
    world = build(ANSWERS)
    caller = await world.call()
    other = world.ringing(BO)
    assert world.ringing(ANA).from_ == LINE, "the caller's own number is never shown"
    ana = await world.pick_up(ANA)
    whisper = world.customer.forms("/whisper/1")[0]
    assert (whisper["ParentCallSid"], whisper["Direction"]) == (caller.sid, "outbound-dial")
    assert (other.status, world.phone(BO).leg) == ("canceled", None)
    assert heard(caller, "note") == []
    await world.press(ana, "1")
    await world.speak(caller, "ayuda")
    await world.speak(ana, "dígame")
    assert (heard(ana, "person"), heard(caller, "person")) == (["ayuda"], ["dígame"])
    await world.clock.advance(42)
    await world.hang_up(ana)
    form = world.customer.forms("/turn?n=2")[0]
    assert ended(world) == ("completed", "true")
    assert (form["DialCallSid"], form["DialCallDuration"]) == (ana.sid, "42")
    await world.clock.advance(3)
    assert heard(caller, "say") == ["After"]


@story
async def test_a_voicemail_box_that_picks_up_first_takes_the_call_and_never_talks_with_the_caller() -> None:
    world = build(ANSWERS)
    caller = await world.call()
    box = await world.pick_up(ANA, by_machine=True)
    assert world.phone(BO).leg is None, "by the letter of Twilio's page the others stop ringing"
    await world.clock.advance(10)
    assert ended(world) == ("completed", "false"), "the status alone looks like a conversation"
    assert box.status == "completed"
    assert heard(caller, "note") == []


@story
async def test_in_the_kinder_reading_the_others_ring_until_one_accepts() -> None:
    world = build(ANSWERS, dial_winner="first_accept")
    caller = await world.call()
    await world.pick_up(ANA, by_machine=True)
    bo = await world.pick_up(BO)
    await world.press(bo, "1")
    assert caller.in_a_talk
    assert world.phone(ANA).leg is None
    await world.hang_up(caller)
    assert (bo.status, caller.status) == ("completed", "completed")


@story
async def test_a_voicemail_box_may_pick_up_by_itself() -> None:
    world = build(ANSWERS)
    world.phone(ANA).behaviour = "voicemail"
    await world.call()
    await world.clock.advance(12)
    assert ended(world) == ("completed", "false")


@pytest.mark.parametrize(
    ("ana", "bo", "status"),
    [
        ("unreachable", "unreachable", "no-answer"),
        ("busy", "busy", "busy"),
        ("busy", "unreachable", "no-answer"),
        ("failed", "failed", "failed"),
        ("failed", "busy", "busy"),
    ],
)
@story
async def test_when_nobody_picks_up_the_status_says_why(ana: str, bo: str, status: str) -> None:
    world = build(ANSWERS)
    world.phone(ANA).behaviour = ana  # type: ignore[assignment]
    world.phone(BO).behaviour = bo  # type: ignore[assignment]
    await world.call()
    await world.clock.advance(21)
    assert ended(world) == (status, "false")
    assert "DialCallDuration" not in world.customer.forms("/turn?n=2")[0]


@story
async def test_declining_is_busy_and_ringing_ends_with_the_timeout() -> None:
    world = build(ANSWERS)
    await world.call()
    await world.decline(ANA)
    await world.clock.advance(19)
    assert world.phone(BO).leg is not None
    await world.clock.advance(2)
    assert ended(world) == ("no-answer", "false")


@story
async def test_a_caller_who_gives_up_stops_the_ringing_and_the_action_is_still_told() -> None:
    world = build(ANSWERS)
    caller = await world.call()
    await world.clock.advance(2)
    await world.hang_up(caller)
    assert (world.phone(ANA).leg, world.phone(BO).leg) == (None, None)
    form = world.customer.forms("/turn?n=2")[0]
    assert (form["CallStatus"], form["DialCallStatus"], form["DialBridged"]) == (
        "completed",
        "canceled",
        "false",
    )


@story
async def test_a_caller_who_hangs_up_during_the_whisper_frees_the_dispatcher() -> None:
    world = build(ANSWERS)
    caller = await world.call()
    ana = await world.pick_up(ANA)
    await world.hang_up(caller)
    assert ana.is_over
    assert world.customer.forms("/accept") == []


@pytest.mark.parametrize(("verb", "code"), [("<Dial>+12135550103</Dial>", 13201), ("<Record/>", 12200)])
@story
async def test_a_whisper_may_not_dial_or_record(verb: str, code: int) -> None:
    world = build(ANSWERS | {"/whisper/1": verb})
    await world.call()
    await world.pick_up(ANA)
    await world.clock.advance(5)
    assert world.codes() == [code]
    assert ended(world)[1] == "false"


@story
async def test_without_a_whisper_whoever_picks_up_talks_and_without_an_action_the_next_verb_runs() -> None:
    world = build({VOICE: f"<Dial>{ANA}</Dial><Say>Next</Say>"})
    caller = await world.call()
    assert world.ringing(ANA).from_ == LUPE, "without callerId the caller's own number is shown"
    ana = await world.pick_up(ANA)
    assert caller.in_a_talk
    await world.hang_up(ana)
    assert heard(caller, "say") == ["Next"]


@story
async def test_one_after_the_other_rings_the_second_when_the_first_does_not_answer() -> None:
    world = build(ANSWERS | {VOICE: DIAL.replace("<Dial ", '<Dial sequential="true" ')})
    await world.call()
    assert world.phone(BO).leg is None
    await world.clock.advance(20.5)
    assert world.phone(ANA).leg is None
    bo = await world.pick_up(BO)
    await world.press(bo, "1")
    assert bo.in_a_talk


@story
async def test_a_talk_ends_with_its_time_limit_or_the_star() -> None:
    for attribute, keys, seconds in (('timeLimit="30"', "", 30.5), ('hangupOnStar="true"', "*", 0.1)):
        world = build({VOICE: f'<Dial {attribute} action="/turn?n=2">{ANA}</Dial>'})
        caller = await world.call()
        ana = await world.pick_up(ANA)
        await world.press(caller, keys)
        await world.clock.advance(seconds)
        assert (ana.status, ended(world)) == ("completed", ("completed", "true"))


@story
async def test_a_number_may_tell_its_progress_in_order() -> None:
    events = 'statusCallback="/leg" statusCallbackEvent="initiated ringing answered completed"'
    world = build({VOICE: f"<Dial><Number {events}>{ANA}</Number></Dial>"})
    await world.call()
    await world.hang_up(await world.pick_up(ANA))
    forms = world.customer.forms("/leg")
    assert [f["CallStatus"] for f in forms] == ["initiated", "ringing", "in-progress", "completed"]
    assert [f["SequenceNumber"] for f in forms] == ["0", "1", "2", "3"]


@story
async def test_a_recorded_talk_gives_a_recording() -> None:
    world = build({VOICE: f'<Dial record="record-from-answer" action="/turn?n=2">{ANA}</Dial>'})
    caller = await world.call()
    ana = await world.pick_up(ANA)
    await world.speak(caller, "hola")
    await world.clock.advance(9)
    await world.hang_up(ana)
    form = world.customer.forms("/turn?n=2")[0]
    assert form["RecordingDuration"] == "9"
    assert world.carrier.account.recordings[form["RecordingSid"]].source == "DialVerb"


@story
async def test_a_real_number_is_never_rung() -> None:
    world = build({VOICE: '<Dial action="/turn?n=2">+12135550200</Dial>', "/turn": ""})
    await world.call()
    assert world.codes() == [13224]
    assert ended(world) == ("failed", "false")


@story
async def test_a_phone_in_a_call_is_busy() -> None:
    world = build({VOICE: f'<Dial action="/turn?n=2">{ANA}</Dial>'})
    await world.call(ANA)
    assert ended(world) == ("busy", "false")


@story
async def test_answer_on_bridge_leaves_the_caller_ringing_until_someone_talks() -> None:
    world = build({VOICE: f'<Dial answerOnBridge="true">{ANA}</Dial>'})
    caller = await world.call()
    assert caller.status == "ringing"
    await world.pick_up(ANA)
    assert caller.status == "in-progress"
