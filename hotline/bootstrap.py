"""Build the parts of a running hotline from its settings: the only place that constructs clients."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from redis import Redis
from sqlalchemy import Engine

from hotline.catalogs import load_catalogs
from hotline.channels.twilio.account import Account
from hotline.channels.twilio.caller import TwilioCaller
from hotline.channels.twilio.fallback import fallback_sms, fallback_voice
from hotline.channels.twilio.records import TwilioRecords
from hotline.channels.twilio.sender import TwilioSender
from hotline.channels.twilio.signature import Verifier
from hotline.channels.twilio.wire import Wire
from hotline.domain.language import LANGUAGES, Channel
from hotline.domain.sender import PERMITTED
from hotline.flow.library import TEST_PREFIX, Library
from hotline.flow.load import load_flow
from hotline.flow.model import Flow
from hotline.flow.network import Network, load_network
from hotline.flow.reply import Part
from hotline.operations.library import Shelf
from hotline.operations.line import Limits, Line
from hotline.operations.possession import OtherMode, WrongKey, require_key, require_mode, take_possession
from hotline.operations.roster import Board
from hotline.settings import ROOT, BadSettings, Settings
from hotline.store.database import DatabaseAway, open_database
from hotline.store.places import place_of
from hotline.store.queue import RedisQueue
from hotline.store.quick import Quick
from hotline.store.schema import migrate
from hotline.store.sealing import BadKey, Keyring, new_key, read_keys
from hotline.store.servers.endpoints import Endpoints, connect_info

DATABASE_CONNECTIONS: Final = 12
REDIS_S: Final = 1.0  # a Redis that does not answer at once is away

_OF_PRODUCTION: Final = (
    "HOTLINE_DATA_DIR, HOTLINE_DATABASE_URL: they lead to the data of a real line, which a demo does not"
    " touch: give the demo a folder of its own, such as HOTLINE_DATA_DIR=var-demo, and leave"
    " HOTLINE_DATABASE_URL empty"
)
_OF_DEMO: Final = (
    "HOTLINE_DATA_DIR, HOTLINE_DATABASE_URL: they lead to the data of a demo, on which no real line begins:"
    " put a folder or a database of its own, such as HOTLINE_DATA_DIR=var-line"
)
_WRONG_KEY: Final = (
    "it is not the key that this data was sealed with: put that key, or put it in the list (id:key,id:key)"
)


class NothingRunning(Exception):
    """No database is configured and no embedded one is up. The message says what to start."""

    def __init__(self) -> None:
        super().__init__(
            "the database is not running: start it with `hotline up`, or set HOTLINE_DATABASE_URL"
        )


@dataclass(frozen=True, slots=True)
class FaultDocuments:
    """What the carrier says for us when something inside is broken, as TwiML."""

    sms: str
    voice: str


@dataclass(frozen=True, slots=True)
class Parts:
    """A line and what its web door needs besides."""

    line: Line
    verifier: Verifier
    account_sid: str
    public_url: str
    media_base: str
    carrier_handles_words: bool
    redis_url: str
    fault: FaultDocuments


def find_endpoints(settings: Settings) -> Endpoints:
    """Where database and Redis are: as configured, else the embedded ones. Raises NothingRunning."""
    if settings.database_url and settings.redis_url:
        return Endpoints(settings.database_url, settings.redis_url)
    embedded = connect_info(settings.data_dir)
    if embedded is None:
        raise NothingRunning
    return Endpoints(settings.database_url or embedded.database_url, settings.redis_url or embedded.redis_url)


def prepare_data(settings: Settings) -> None:
    """Bring the database up to date and mark it as this mode's; the data of the other mode is not touched.

    Raises NothingRunning, BadSettings and hotline.store.database.DatabaseAway.
    """
    engine = open_database(find_endpoints(settings).database_url, size=1)
    try:
        with _ours(settings):
            require_mode(engine, settings.mode)
            migrate(engine)
            take_possession(engine, settings.mode, _now())
            require_key(engine, read_keyring(settings))
    finally:
        engine.dispose()


def require_own_data(settings: Settings) -> None:
    """Refuse the data of the other mode, or what none of our keys opens, before anything else.

    Raises as `prepare_data` does.
    """
    engine = open_database(find_endpoints(settings).database_url, size=1)
    try:
        _require_own(engine, settings, read_keyring(settings))
    finally:
        engine.dispose()


def _require_own(engine: Engine, settings: Settings, keyring: Keyring) -> None:
    with _ours(settings):
        require_mode(engine, settings.mode)
        require_key(engine, keyring)


@contextmanager
def _ours(settings: Settings) -> Iterator[None]:
    try:
        yield
    except OtherMode:
        raise BadSettings([_OF_PRODUCTION if settings.mode == "demo" else _OF_DEMO]) from None
    except WrongKey:
        raise BadSettings([f"{_key_name(settings)}: {_WRONG_KEY}"]) from None


@contextmanager
def open_line(settings: Settings, connections: int = DATABASE_CONNECTIONS) -> Iterator[Line]:
    """The line alone, for workers and commands."""
    with open_parts(settings, connections) as parts:
        yield parts.line


@contextmanager
def open_parts(settings: Settings, connections: int = DATABASE_CONNECTIONS) -> Iterator[Parts]:
    """Everything, opened and closed again. Raises NothingRunning, BadSettings and FlowFault."""
    endpoints = find_endpoints(settings)
    flow, network = load_flow(settings.flows_dir), load_network(settings.network_file)
    keyring = read_keyring(settings)
    database = open_database(endpoints.database_url, connections)
    try:
        with suppress(DatabaseAway):  # a process that starts while it is away works when it is back
            _require_own(database, settings, keyring)
    except BadSettings:
        database.dispose()
        raise
    quick, wire = Quick(database), _wire(settings)
    redis = Redis.from_url(endpoints.redis_url, socket_connect_timeout=REDIS_S, socket_timeout=REDIS_S)
    values = own_values(settings)
    line = Line(
        mode=settings.mode,
        database=database,
        quick=quick,
        keyring=keyring,
        flow=flow,
        network=network,
        library=Shelf(database, flow, network, settings.mode, values, _now),
        place_of=place_of,
        queue=RedisQueue(redis),
        sender=TwilioSender(wire, settings.senders, settings.public_url),
        caller=TwilioCaller(wire, settings.voice_number.e164, settings.public_url),
        records=TwilioRecords(wire),
        people=Board(database, keyring, _now),
        hours=settings.hours,
        senders=settings.senders,
        voice_number=settings.voice_number,
        limits=limits_of(settings),
        pick=secrets.choice,
        gettext=load_catalogs(ROOT / "locales"),
        clock=_now,
        timing=settings.timing,
    )
    parts = Parts(
        line=line,
        verifier=Verifier(settings.public_url, settings.auth_tokens, settings.webhook_keys),
        account_sid=settings.account_sid,
        public_url=settings.public_url,
        media_base=settings.api_base_url if settings.mode == "demo" else "",
        carrier_handles_words=settings.carrier_handles_words,
        redis_url=endpoints.redis_url,
        fault=fault_documents(flow, network, settings),
    )
    try:
        yield parts
    finally:
        wire.close()
        quick.close()
        redis.close()
        database.dispose()


def own_values(settings: Settings) -> dict[str, str]:
    """Placeholders that settings fill, whatever the network file says."""
    digits = settings.voice_number.e164.removeprefix("+1")
    shown = f"{digits[:3]}-{digits[3:6]}-{digits[6:]}" if len(digits) == 10 else settings.voice_number.e164
    return {"ORG": settings.org, "VOICE_PHONE": shown, "DAYS": str(settings.keep_days["report"])}


def limits_of(settings: Settings) -> Limits:
    return Limits(
        contact_days=settings.keep_days["contact"],
        message_days=settings.keep_days["message"],
        report_days=settings.keep_days["report"],
        recording_days=settings.keep_days["recording"],
        ticket_days=settings.keep_days["ticket"],
        daily_spend=settings.daily_spend,
        segment_price=settings.segment_price,
        segments_per_second=settings.segments_per_second or PERMITTED["number"],
        sender_rates=settings.permitted,
        account_segments_per_second=settings.account_segments_per_second,
        sending_processes=settings.sending_processes,
        calls_per_second=settings.calls_per_second,
        call_price=settings.call_price,
        has_quiet_hours=settings.mode == "production",
    )


def read_keyring(settings: Settings) -> Keyring:
    """The keys that seal personal data. Demo makes itself one. Raises BadSettings."""
    name = _key_name(settings)
    try:
        if settings.secret_key_file:
            return read_keys(settings.secret_key_file.read_text(encoding="utf-8"))
        return read_keys(settings.secret_key or _demo_key(settings.data_dir))
    except BadKey as fault:
        raise BadSettings([f"{name}: {fault}"]) from None
    except OSError as fault:
        raise BadSettings([f"{name}: the file cannot be read: {fault.strerror}"]) from None


def _key_name(settings: Settings) -> str:
    return "HOTLINE_SECRET_KEY_FILE" if settings.secret_key_file else "HOTLINE_SECRET_KEY"


def fault_documents(flow: Flow, network: Network, settings: Settings) -> FaultDocuments:
    """The apology with the rights essentials, made beforehand: it must not need a database to be said."""
    values = own_values(settings)
    known = {language: {**network.values.get(language, {}), **values} for language in LANGUAGES}
    wordings = {
        ("fault", language, channel): wording
        for (language, channel), wording in flow.texts["fault"].forms().items()
    }
    library = Library(wordings, known, prefix=TEST_PREFIX if settings.mode == "demo" else "")

    def parts(channel: Channel) -> list[Part]:
        return [library.part("fault", language, channel) for language in LANGUAGES]

    return FaultDocuments(fallback_sms(parts("sms")), fallback_voice(parts("voice")))


def _wire(settings: Settings) -> Wire:
    token = settings.auth_tokens[0] if settings.auth_tokens else ""
    user, password = settings.api_key or settings.account_sid, settings.api_secret or token
    timing = settings.timing
    return Wire(
        Account(settings.account_sid, user, password, settings.api_base_url),
        connect_s=timing.connect_s,
        read_s=timing.read_s,
        begin_within_s=timing.begin_within_s,
    )


def _demo_key(data_dir: Path) -> str:
    """A key of its own for each demo, kept beside its data so that it starts again on the same."""
    path = data_dir / "demo.key"
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(new_key())
    except FileExistsError:
        pass
    return path.read_text(encoding="ascii")


def _now() -> datetime:
    return datetime.now(UTC)
