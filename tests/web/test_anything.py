"""Whatever the carrier may send: never a 5xx, always TwiML that Twilio's own library could have made."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, make_url, text
from starlette.testclient import TestClient

from hotline.settings.variables import DEMO_ACCOUNT_SID
from hotline.store.servers.supervisor import Supervisor
from hotline.web.office import FAULTS
from tests.channels.judge import judged, messaging, voice
from tests.conftest import administer, drop
from tests.web.callers import SIDS, Pairs, call_pairs, post, settings_for, sms_pairs, web

WORDS = [
    "",
    "casa",
    "STOP",
    "alto",
    "YES",
    "SI",
    "reportar",
    "90033",
    "persona",
    "GO K7Q2",
    "1",
    "MENU",
    "🆘",
]
# Surrogates cannot be sent in UTF-8; everything else can, NUL included.
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)
BODIES = st.one_of(st.sampled_from(WORDS), ANY_TEXT, st.just("ñ" * 10_000), st.just("\x00<Response>&amp;"))
NUMBERS = st.one_of(
    st.integers(100, 199).map(lambda n: f"+12135550{n}"),
    st.sampled_from(["", "anonymous", "+266696687", "whatsapp:+12135550101", "client:ana", "72345"]),
    ANY_TEXT,
)
MANY_MORE = st.lists(st.tuples(st.text("abcXYZ", min_size=1, max_size=8), ANY_TEXT), max_size=200)
REPEATS = st.lists(st.sampled_from(["Body", "From", "MessageSid", "Odd", "Odd"]), max_size=3)
EVENTS = st.sampled_from(
    [
        {"Digits": "1"}, {"Digits": "2"}, {"Digits": "0"}, {"Digits": "#"}, {"Digits": ""},
        {"Digits": "999999999"}, {"SpeechResult": "casa"}, {"DialCallStatus": "no-answer"},
        {"DialCallStatus": "completed", "DialBridged": "true"},
        {"RecordingSid": "RE" + "1" * 32, "RecordingDuration": "5"},
        {"RecordingSid": "nonsense"}, {"CallStatus": "completed"}, {"RecordingDuration": "x"},
    ]
)  # fmt: skip

KEYS = st.one_of(st.sampled_from(["m10", "d1.1", "m", "x", "m1e9"]), st.text("md.0123456789", max_size=20))
STATUSES = st.one_of(st.sampled_from(["sent", "delivered", "failed", "martian", ""]), ANY_TEXT)

slow_is_fine = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def apologies() -> float:
    samples = [sample for metric in FAULTS.collect() for sample in metric.samples]
    return sum(sample.value for sample in samples if sample.name.endswith("_total"))


@pytest.fixture(scope="module")
def before() -> float:
    """Apologies that other tests of this process provoked."""
    return apologies()


@pytest.fixture(scope="module")
def client(
    servers: Supervisor, _template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    administer(servers, f"CREATE DATABASE anything TEMPLATE {_template}")
    url = make_url(servers.database_url).set(database="anything").render_as_string(False)
    with web(settings_for(url, servers.redis_url, str(tmp_path_factory.mktemp("data")))) as client:
        yield client
    drop(servers, "anything")


@slow_is_fine
@given(body=BODIES, number=NUMBERS, more=MANY_MORE, repeats=REPEATS)
def test_any_text_gets_twiml_or_a_silent_refusal(
    client: TestClient, before: float, body: str, number: str, more: Pairs, repeats: list[str]
) -> None:
    pairs = sms_pairs(body, number)
    pairs += more + [(name, body) for name in repeats]
    status, document = post(client, "/twilio/sms", pairs)
    assert (status in {403, 413} and not document) or judged(document, messaging()) is not None
    assert status in {200, 403, 413}
    assert apologies() == before  # nothing is broken, so none is due


@slow_is_fine
@given(
    events=st.lists(st.one_of(EVENTS, EVENTS, st.dictionaries(ANY_TEXT, ANY_TEXT, max_size=4)), max_size=8)
)
def test_any_call_gets_twiml_at_every_turn(
    client: TestClient, before: float, events: list[dict[str, str]]
) -> None:
    sid = f"CA{next(SIDS):032x}"
    status, document = post(client, "/twilio/voice", call_pairs(sid))
    assert status == 200
    judged(document, voice())
    for n, event in enumerate(events, start=1):
        path = f"/twilio/voice/turn?n={n}"
        status, document = post(client, path, call_pairs(sid, "in-progress") + list(event.items()))
        assert (status, document) == (403, "") or judged(document, voice()) is not None
        assert status in {200, 403}
    assert apologies() == before  # nothing is broken, so none is due


@slow_is_fine
@given(key=KEYS, status=STATUSES, code=st.sampled_from(["", "0", "21610", "30007", "x"]))
def test_any_news_of_a_message_is_taken_or_refused(
    client: TestClient, key: str, status: str, code: str
) -> None:
    pairs = [
        ("MessageSid", f"SM{next(SIDS):032x}"),
        ("AccountSid", DEMO_ACCOUNT_SID),
        ("MessageStatus", status),
        ("ErrorCode", code),
    ]
    answer, document = post(client, f"/twilio/status/message/{key}", pairs)
    assert answer in {204, 403, 404}
    assert document == ""


def test_nothing_of_this_was_stored_in_the_clear(client: TestClient, servers: Supervisor) -> None:
    post(client, "/twilio/sms", sms_pairs("una palabra rara", "+12135550177"))
    url = make_url(servers.database_url).set(database="anything").render_as_string(False)
    with create_engine(url).connect() as db:
        names = (
            db.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars().all()
        )
        dump = "".join(
            str(row) for name in names for row in db.execute(text(f'SELECT t::text FROM "{name}" t'))
        )
    assert "5550177" not in dump
    assert "palabra rara" not in dump
