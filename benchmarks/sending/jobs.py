"""One job for each text, as it is often written: the SDK's client, a row before, a row after."""

from typing import Final

from sqlalchemy import Engine, text
from twilio.rest import Client

from benchmarks.sending import people
from hotline.settings import Settings
from hotline.settings.variables import DEMO_NUMBER

_opened: Final[dict[str, Client]] = {}
_rows: Final[list[Engine]] = []


def send_by_sdk(settings: Settings, number: int) -> bool:
    """One text through the SDK; was it taken?"""
    return str(
        _client(settings)
        .messages.create(
            to=people.phone(number).e164,
            from_=DEMO_NUMBER,
            body=people.SPANISH.format(""),
            status_callback=f"https://line.example.org/status/{number}",
        )
        .sid
    ).startswith("SM")


def use(settings: Settings, engine: Engine, is_first: bool = True) -> None:
    """Let the jobs of this process use these."""
    _client(settings)
    _rows[:] = [engine]
    if is_first:
        make_table(engine)


def is_open() -> bool:
    return bool(_rows)


def make_table(engine: Engine) -> None:
    """Where the jobs note what they do, empty."""
    with engine.begin() as db:
        db.execute(
            text("CREATE TABLE IF NOT EXISTS naive (number bigint PRIMARY KEY, status text, sid text)")
        )
        db.execute(text("TRUNCATE naive"))


def one_text(number: int) -> None:
    """The job: note that it goes out, send, note that it went out."""
    client, engine = next(iter(_opened.values())), _rows[0]
    with engine.begin() as db:
        db.execute(text("INSERT INTO naive VALUES (:n, 'sending')"), {"n": number})
    sent = client.messages.create(
        to=people.phone(number).e164,
        from_=DEMO_NUMBER,
        body=people.SPANISH.format(""),
        status_callback=f"https://line.example.org/status/{number}",
    )
    with engine.begin() as db:
        db.execute(
            text("UPDATE naive SET status = 'sent', sid = :sid WHERE number = :n"),
            {"n": number, "sid": sent.sid},
        )


def _client(settings: Settings) -> Client:
    """The SDK's client, its calls led to the stand-in carrier."""
    if settings.account_sid not in _opened:
        client = Client(settings.account_sid, settings.auth_tokens[0])
        client.api.base_url = settings.api_base_url
        _opened[settings.account_sid] = client
    return _opened[settings.account_sid]
