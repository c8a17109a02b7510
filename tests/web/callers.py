"""Builders: the web application on real servers, and requests signed by Twilio's own library."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from urllib.parse import urlencode

from starlette.testclient import TestClient
from twilio.request_validator import RequestValidator

from hotline.settings import Settings, read_settings
from hotline.settings.variables import DEMO_ACCOUNT_SID, DEMO_AUTH_TOKEN, DEMO_NUMBER
from hotline.web.app import create_app

PUBLIC = "https://line.example.org"
FORM = "application/x-www-form-urlencoded"
SIDS = count(1)
Pairs = list[tuple[str, str]]


def settings_for(database_url: str, redis_url: str, data_dir: str, **more: str) -> Settings:
    return read_settings(
        {
            "HOTLINE_MODE": "demo",
            "HOTLINE_PUBLIC_URL": PUBLIC,
            "HOTLINE_DATABASE_URL": database_url,
            "HOTLINE_REDIS_URL": redis_url,
            "HOTLINE_DATA_DIR": data_dir,
            **more,
        }
    )


@contextmanager
def web(settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings), base_url="http://127.0.0.1:8000") as client:
        yield client


def signed(path: str, pairs: Pairs) -> str:
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return str(RequestValidator(DEMO_AUTH_TOKEN).compute_signature(PUBLIC + path, _Many(values)))


class _Many(dict[str, list[str]]):
    """What the library reads repeated parameters from."""

    def getlist(self, name: str) -> list[str]:
        return self[name]


def sms_pairs(body: str, number: str = "+12135550101", **more: str) -> Pairs:
    base = {
        "MessageSid": f"SM{next(SIDS):032x}",
        "AccountSid": DEMO_ACCOUNT_SID,
        "From": number,
        "To": DEMO_NUMBER,
        "Body": body,
        "NumMedia": "0",
        "FromCity": "LOS ANGELES",
        "ToZip": "",
    }
    return list((base | more).items())


def call_pairs(sid: str, status: str = "ringing", number: str = "+12135550101", **more: str) -> Pairs:
    base = {
        "CallSid": sid,
        "AccountSid": DEMO_ACCOUNT_SID,
        "From": number,
        "To": DEMO_NUMBER,
        "CallStatus": status,
        "Direction": "inbound",
    }
    return list((base | more).items())


def post(
    client: TestClient, path: str, pairs: Pairs, signature: str | None = None, kind: str = FORM
) -> tuple[int, str]:
    """Status and body of a request; signed rightly unless a signature is given."""
    mark = signed(path, pairs) if signature is None else signature
    headers = {b"X-Twilio-Signature": mark.encode(), b"Content-Type": kind.encode()}
    answer = client.post(path, content=urlencode(pairs), headers=headers)
    return answer.status_code, answer.text
