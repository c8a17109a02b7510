"""Requests signed as the carrier signs them, for what a real carrier would do on a bad day."""

from urllib.parse import urlencode
from urllib.request import Request, urlopen

from hotline.settings.variables import DEMO_ACCOUNT_SID, DEMO_AUTH_TOKEN, DEMO_NUMBER
from hotline.simulator.signature import Signer

Form = dict[str, str]


def post(url: str, path: str, form: Form) -> str:
    """The hotline's answer. Raises urllib.error.HTTPError."""
    whole = {"AccountSid": DEMO_ACCOUNT_SID, "To": DEMO_NUMBER, **form}
    headers = Signer(DEMO_AUTH_TOKEN).headers(url + path, list(whole.items()))
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    with urlopen(Request(url + path, urlencode(whole).encode(), headers), timeout=30) as answer:
        return str(answer.read().decode())


def text_form(sid: str, number: str, body: str, media: tuple[str, ...] = ()) -> Form:
    pictures = {f"MediaUrl{place}": address for place, address in enumerate(media)}
    kinds = {f"MediaContentType{place}": "image/jpeg" for place in range(len(media))}
    form = {"MessageSid": sid, "From": number, "Body": body, "NumMedia": str(len(media))}
    return form | pictures | kinds


def call_form(sid: str, number: str, status: str = "in-progress", **more: str) -> Form:
    return {"CallSid": sid, "From": number, "CallStatus": status, "Direction": "inbound", **more}
