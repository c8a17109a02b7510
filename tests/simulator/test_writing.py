"""A person writes: the webhook, the carrier's own words, and what the answer's TwiML does."""

import pytest
from twilio.request_validator import RequestValidator, get_signature_algorithm

from hotline.simulator.clock import sleep
from hotline.simulator.transport import Answer
from tests.simulator.world import ANA, HOTLINE, LINE, LUPE, Form, broken, build, story, xml

SERVICE = "MG" + "a" * 32
SMS = "/twilio/sms"


@story
async def test_a_text_becomes_a_signed_form_with_all_usual_parameters() -> None:
    world = build({SMS: "<Message>Hola</Message>"})
    await world.text("¿Cómo está? 😀")
    form = world.customer.forms(SMS)[0]
    assert form["Body"] == "¿Cómo está? 😀"
    assert (form["From"], form["To"], form["NumMedia"], form["SmsStatus"]) == (LUPE, LINE, "0", "received")
    assert form["MessageSid"] == form["SmsSid"] == form["SmsMessageSid"]
    assert (form["FromCity"], form["ToZip"], form["NumSegments"]) == ("LOS ANGELES", "", "1")
    assert "MessagingServiceSid" not in form
    assert "OptOutType" not in form
    assert world.thread() == ["Hola"]


@story
async def test_a_photo_arrives_with_links_that_need_the_password_and_lead_to_the_picture() -> None:
    world = build()
    await world.text("", photos=(("image/jpeg", b"jpeg"), ("image/png", b"png")))
    form = world.customer.forms(SMS)[0]
    assert (form["NumMedia"], form["MediaContentType1"]) == ("2", "image/png")
    assert form["MessageSid"].startswith("MM")
    path = form["MediaUrl0"].partition(f"{form['AccountSid']}/")[2]
    assert (await world.rest("GET", path, auth=False))[0] == 401
    assert (await world.rest("GET", path))[0] == 307
    _, listed = await world.rest("GET", f"Messages/{form['MessageSid']}/Media.json")
    assert [medium["content_type"] for medium in listed["media_list"]] == ["image/jpeg", "image/png"]
    assert (await world.rest("DELETE", path + ".json"))[0] == 204
    assert (await world.rest("GET", path))[0] == 404


@pytest.mark.parametrize("word", ["STOP", "stop", " Stop ", "STOPALL", "QUIT", "OPTOUT", "REVOKE", "END"])
@story
async def test_a_stop_word_blocks_is_answered_in_english_and_is_still_passed_on(word: str) -> None:
    world = build({SMS: "<Message action='/reply'>Our own words</Message>"})
    await world.text(word)
    thread = world.carrier.account.by_person[LUPE]
    assert "successfully been unsubscribed" in thread[1].body
    assert world.customer.forms(SMS)[0]["Body"] == word
    assert world.thread() == [], "our reply is blocked, too"
    reply = world.customer.forms("/reply")[0]
    assert (reply["MessageStatus"], reply["ErrorCode"]) == ("failed", "21610")
    assert (await world.send())[1]["code"] == 21610
    assert (await world.send(to=ANA))[0] == 201


@pytest.mark.parametrize("words", ["please stop", "STOP.", "ALTO", "opt out", "STOPPED", "no más"])
@story
async def test_any_other_words_block_nothing(words: str) -> None:
    world = build()
    await world.text(words)
    assert (await world.send())[0] == 201
    assert len(world.carrier.account.by_person[LUPE]) == 2


@story
async def test_start_unblocks_yes_without_a_block_says_nothing_and_help_is_answered() -> None:
    world = build()
    await world.text("YES")
    assert len(world.carrier.account.by_person[LUPE]) == 1
    await world.text("STOP")
    await world.text("UNSTOP")
    assert "re-subscribed" in world.carrier.account.by_person[LUPE][-1].body
    assert (await world.send())[0] == 201
    await world.text("Info")
    assert "Reply STOP" in world.carrier.account.by_person[LUPE][-1].body


@story
async def test_a_block_belongs_to_the_number_that_was_texted() -> None:
    world = build(numbers=(LINE, "+12135550105"))
    await world.text("STOP")
    assert (await world.send(From="+12135550105"))[0] == 201


@story
async def test_opt_out_type_comes_only_from_a_service_in_advanced_mode() -> None:
    world = build(service_sid=SERVICE, advanced_opt_out=True)
    await world.text("STOP")
    form = world.customer.forms(SMS)[0]
    assert (form["OptOutType"], form["MessagingServiceSid"]) == ("STOP", SERVICE)
    assert (await world.send(From="", MessagingServiceSid=SERVICE))[1]["code"] == 21610
    plain = build(service_sid=SERVICE)
    await plain.text("STOP")
    assert "OptOutType" not in plain.customer.forms(SMS)[0]


@story
async def test_several_messages_redirects_media_and_callbacks_are_done_in_order() -> None:
    first = "<Message><Body>uno</Body><Media>/a.jpg</Media></Message><Redirect>/more?x=1</Redirect>"
    world = build({SMS: first, "/more": "<Message action='cb'>dos</Message>"})
    await world.text("hola")
    assert world.thread() == ["uno", "dos"]
    assert [form["MessageStatus"] for form in world.customer.forms("/cb")] == ["sent", "delivered"]
    assert world.customer.forms("/more")[0]["Body"] == "hola"
    assert (await world.look(f"phones/{LUPE}"))["thread"][1]["media"] == ["http://127.0.0.1:8000/a.jpg"]


@story
async def test_plain_text_is_a_reply_and_an_empty_answer_is_none() -> None:
    world = build({SMS: [Answer(200, "text/plain", b"plain"), Answer(204, "", b"")]})
    await world.text("a")
    await world.text("b")
    assert world.thread() == ["plain"]
    assert world.codes() == []


@pytest.mark.parametrize(
    ("reaction", "code"),
    [
        (Answer(500, "text/plain", b"oops"), 11200),
        (Answer(404, "text/plain", b""), 11200),
        (broken(), 11205),
        (Answer(200, "application/json", b"{}"), 12300),
        (xml("<Message></Message>"), 14103),
        (xml(f"<Message>{'x' * 1601}</Message>"), 14103),
        (xml("<Sms>old</Sms>"), 12200),
        (xml("<Message>x</Message>" * 11), 14109),
    ],
)
@story
async def test_a_bad_answer_is_recorded_and_the_fallback_is_asked_once(
    reaction: Answer | Exception, code: int
) -> None:
    world = build({SMS: reaction, "/twilio/fallback/sms": "<Message>the fallback</Message>"})
    await world.text("hola")
    assert world.codes() == [code]
    form = world.customer.forms("/twilio/fallback/sms")[0]
    assert (form["ErrorCode"], form["ErrorUrl"]) == (str(code), "http://127.0.0.1:8000/twilio/sms")
    assert world.thread()[-1] == "the fallback"


@story
async def test_an_answer_slower_than_fifteen_seconds_is_too_late() -> None:
    async def slow(form: Form) -> str:
        await sleep(world.clock, 15.5)
        return "<Message>late</Message>"

    world = build({SMS: slow})
    await world.text("hola")
    await world.clock.advance(20)
    assert world.codes()[0] == 11200
    assert world.thread() == []


@story
async def test_overrides_behind_the_hash_change_limits_and_are_never_sent_nor_signed() -> None:
    failing = Answer(503, "", b"")
    world = build(
        {SMS: [failing, failing, xml("<Message>third time</Message>")]},
        sms_url="http://127.0.0.1:8000/twilio/sms#rc=2&rp=5xx,ct,rt",
    )
    await world.text("hola")
    assert world.thread() == ["third time"]
    tokens = {seen.headers["I-Twilio-Idempotency-Token"] for seen in world.customer.seen}
    assert len(tokens) == 1


@story
async def test_two_machines_answering_each_other_are_stopped_after_fifteen_replies() -> None:
    world = build({SMS: "<Message>I am a machine</Message>"})
    for _ in range(17):
        await world.order("text", **{"from": LUPE, "body": "me too"})
    await world.clock.advance(3)
    assert len(world.thread()) == 15
    assert world.codes() == [14107, 14107]


@story
async def test_the_public_address_is_signed_while_the_local_one_is_called() -> None:
    world = build({SMS: "<Message>ok</Message>"}, public_url="https://line.example.org")
    await world.text("hola")
    assert world.thread() == ["ok"]


@story
async def test_nobody_outside_this_machine_is_ever_called() -> None:
    world = build(sms_url="https://somewhere.example.org/sms", sms_fallback_url="-")
    await world.text("hola")
    assert world.customer.seen == []
    assert world.codes() == [11205]


@story
async def test_with_a_shared_key_webhooks_are_signed_by_sha256_and_say_so() -> None:
    world = build({SMS: "<Message>ok</Message>"}, webhook_key=("webhooks_sharedkey_7", "shared-secret"))
    await world.text("hola")
    seen = world.customer.seen[0]
    settings = seen.headers["X-Twilio-Webhooks-Signature-Settings"]
    assert settings == "key=webhooks_sharedkey_7,algorithm=HMAC_SHA256"
    algorithm = get_signature_algorithm(settings)
    url, given = f"{HOTLINE}{SMS}", seen.headers["X-Twilio-Signature"]
    assert RequestValidator("shared-secret").validate(url, seen.form, given, algorithm=algorithm)
    assert not RequestValidator("pretend-token").validate(url, seen.form, given)


@story
async def test_redirects_of_the_customers_server_are_followed_and_signed_anew_but_not_for_ever() -> None:
    moved = Answer(307, "", b"", "/new/sms")
    world = build({SMS: moved, "/new/sms": "<Message>moved</Message>"})
    await world.text("hola")
    assert world.thread() == ["moved"]
    assert world.customer.forms("/new/sms")[0]["Body"] == "hola"
    circle = build({SMS: Answer(307, "", b"", SMS)}, sms_fallback_url="-")
    await circle.text("hola")
    assert circle.codes() == [11215]


@story
async def test_a_broken_connection_is_not_tried_again_when_the_policy_leaves_it_out() -> None:
    world = build({SMS: broken()}, sms_url=f"{HOTLINE}{SMS}#rc=3&rp=5xx", sms_fallback_url="-")
    await world.text("hola")
    assert len(world.customer.seen) == 1
