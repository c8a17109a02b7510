"""Waiting lines: music, a place in line, being taken, giving up."""

from hotline.simulator.clock import sleep
from tests.simulator.world import ANA, LUPE, Form, World, build, story

VOICE = "/twilio/voice"
ENQUEUE = '<Enqueue waitUrl="/wait" action="/after">people</Enqueue><Say>Not in line</Say>'


def by_caller(caller: str, agent: str, wait: str = "<Say>Please wait</Say><Pause length='5'/>") -> World:
    return build(
        {
            VOICE: lambda form: agent if form["From"] == ANA else caller,
            "/wait": wait,
            "/after": "<Say>After</Say>",
            "/whisper": "<Say>Connecting you</Say>",
        }
    )


@story
async def test_waiting_plays_its_document_over_and_over_with_the_place_in_line() -> None:
    world = by_caller(ENQUEUE, "")
    await world.call()
    await world.call("+12135550102")
    await world.clock.advance(6.5)
    forms = world.customer.forms("/wait")
    assert [form["QueuePosition"] for form in forms] == ["1", "2", "1", "2"]
    assert (forms[2]["CurrentQueueSize"], forms[2]["QueueTime"]) == ("2", "6")
    assert forms[0]["QueueSid"].startswith("QU")


@story
async def test_the_first_in_line_hears_a_whisper_and_talks_with_the_agent() -> None:
    world = by_caller(ENQUEUE, '<Dial action="/agent"><Queue url="/whisper">people</Queue></Dial>')
    caller = await world.call()
    await world.clock.advance(8)
    agent = await world.call(ANA)
    assert world.customer.forms("/whisper")[0]["DequeingCallSid"] == agent.sid
    await world.clock.advance(1)
    await world.speak(agent, "hola")
    assert caller.heard[-1].text == "hola"
    assert world.customer.forms("/after") == [], "the action comes after the conversation"
    await world.hang_up(agent)
    form = world.customer.forms("/after")[0]
    assert (form["QueueResult"], form["CallSid"]) == ("bridged", caller.sid)


@story
async def test_an_agent_waits_for_the_first_caller_and_then_hears_that_the_caller_left() -> None:
    world = by_caller(ENQUEUE, '<Dial action="/agent" timeout="20"><Queue>people</Queue></Dial>')
    agent = await world.call(ANA)
    await world.clock.advance(5)
    caller = await world.call()
    assert agent.in_a_talk
    assert caller.in_a_talk
    await world.hang_up(caller)
    form = world.customer.forms("/agent")[0]
    assert (form["DialCallStatus"], form["DialBridged"]) == ("completed", "true")


@story
async def test_an_empty_line_gives_up_after_the_timeout() -> None:
    world = by_caller(ENQUEUE, '<Dial action="/agent" timeout="20"><Queue>people</Queue></Dial>')
    await world.call(ANA)
    await world.clock.advance(21)
    assert world.customer.forms("/agent")[0]["DialBridged"] == "false"


@story
async def test_leave_leads_on_and_hanging_up_is_told() -> None:
    world = by_caller(ENQUEUE, "", wait="<Say>Please wait</Say><Leave/>")
    await world.call()
    await world.clock.advance(2)
    assert world.customer.forms("/after")[0]["QueueResult"] == "leave"
    waiting = by_caller(ENQUEUE, "")
    leg = await waiting.call()
    await waiting.clock.advance(3)
    await waiting.hang_up(leg)
    assert waiting.customer.forms("/after")[0]["QueueResult"] == "hangup"
    assert waiting.carrier.account.lines["people"].members == []


@story
async def test_a_full_line_takes_nobody() -> None:
    world = by_caller(ENQUEUE.replace("<Enqueue ", '<Enqueue maxQueueSize="1" '), "")
    await world.call()
    await world.call("+12135550102")
    assert world.customer.forms("/after")[0]["QueueResult"] == "queue-full"


@story
async def test_a_waiting_document_may_not_dial() -> None:
    world = by_caller(ENQUEUE, "", wait=f"<Dial>{ANA}</Dial>")
    leg = await world.call()
    await world.clock.advance(5)
    assert world.codes() == [12200]
    assert leg.is_over
    assert world.phone(LUPE).leg is None


@story
async def test_somebody_taken_while_the_waiting_document_is_slow_is_not_lost() -> None:
    async def slow(form: Form) -> str:
        await sleep(world.clock, 2)
        return ""

    world = by_caller(ENQUEUE, "<Dial><Queue>people</Queue></Dial>")
    world.customer.answers = {**world.customer.answers, "/wait": slow}
    caller = await world.call()
    agent = await world.call(ANA)
    await world.clock.advance(8)
    assert caller.in_a_talk
    assert agent.in_a_talk
    assert world.codes() == []
