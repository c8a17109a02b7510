"""The carrier as its own process on real sockets, driven by Twilio's own client library."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from requests.exceptions import ConnectionError as BrokenConnection
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from hotline.simulator.client import CarrierClient, ControlFailed
from hotline.simulator.config import DEFAULT_ACCOUNT_SID, DEFAULT_AUTH_TOKEN
from tests.simulator.servers import Form, customer, free_port, served
from tests.simulator.world import ANA, LINE, LUPE

pytestmark = pytest.mark.whole


class _Redirected(TwilioHttpClient):  # type: ignore[misc]
    """Twilio's client with another address."""

    def __init__(self, address: str) -> None:
        super().__init__(timeout=10)
        self._address = address

    def request(self, method: str, url: str, *rest: Any, **more: Any) -> Any:
        return super().request(method, url.replace("https://api.twilio.com", self._address), *rest, **more)


@dataclass(frozen=True)
class Line:
    """The carrier's control, Twilio's client on it, and what the customer saw."""

    carrier: CarrierClient
    twilio: Client
    seen: list[tuple[str, Form]]
    customer_url: str

    def told(self) -> list[str]:
        return [form["MessageStatus"] for path, form in self.seen if path == "/status"]


def _answer(path: str, form: Form) -> str:
    match path:
        case "/twilio/sms":
            return f"<Message>Recibido: {form['Body']}</Message>"
        case "/twilio/voice":
            return '<Gather numDigits="1" action="/turn"><Say language="es-MX">Marque uno</Say></Gather>'
        case "/turn":
            return f'<Dial action="/after"><Number url="/whisper">{ANA}</Number></Dial>'
        case "/whisper":
            return '<Gather numDigits="1" action="/accept"><Say>Press 1</Say></Gather><Hangup/>'
        case _:
            return ""


@pytest.fixture(scope="module")
def line() -> Iterator[Line]:
    seen: list[tuple[str, Form]] = []
    port = free_port()
    with served(customer(_answer, seen), free_port()) as customer_url:
        command = [sys.executable, "-m", "hotline.simulator", "--port", str(port), "--speed", "20"]
        process = subprocess.Popen([*command, "--hotline", customer_url], stdout=subprocess.PIPE)
        try:
            assert process.stdout is not None
            assert process.stdout.readline().startswith(b"Pretend carrier: http://127.0.0.1:")
            address = f"http://127.0.0.1:{port}"
            carrier = CarrierClient(address)
            carrier.wait_for(lambda: _is_up(carrier))
            twilio = Client(DEFAULT_ACCOUNT_SID, DEFAULT_AUTH_TOKEN, http_client=_Redirected(address))
            yield Line(carrier, twilio, seen, customer_url)
        finally:
            process.terminate()
            assert process.wait(15) in {0, -15}


def _is_up(carrier: CarrierClient) -> bool:
    try:
        return carrier.in_flight() == 0
    except OSError:
        return False


@pytest.fixture(autouse=True)
def _fresh(line: Line) -> None:
    line.carrier.reset()
    line.seen.clear()


def test_a_text_is_answered(line: Line) -> None:
    line.carrier.text(LUPE, "hola ñ 😀")
    assert line.carrier.wait_for(lambda: line.carrier.thread(LUPE)) == ["Recibido: hola ñ 😀"]
    assert line.carrier.errors() == []


def test_twilios_client_sends_reads_lists_and_deletes(line: Line) -> None:
    sent = line.twilio.messages.create(
        to=LUPE, from_=LINE, body="Alerta", status_callback=f"{line.customer_url}/status"
    )
    line.carrier.wait_for(line.told, lambda told: len(told) == 2)
    assert line.told() == ["sent", "delivered"]
    assert sent.fetch().status == "delivered"
    assert [message.sid for message in line.twilio.messages.list(to=LUPE)] == [sent.sid]
    assert sent.delete()
    with pytest.raises(TwilioRestException) as refused:
        line.twilio.messages.create(to="nobody", from_=LINE, body="x")
    assert (refused.value.code, refused.value.status) == (21211, 400)


def test_an_answer_is_lost_although_the_message_goes_out(line: Line) -> None:
    line.carrier.misbehave(counts={"lost_answer": 1})
    with pytest.raises(BrokenConnection):
        line.twilio.messages.create(to=LUPE, from_=LINE, body="Alerta")
    assert line.carrier.wait_for(lambda: line.carrier.thread(LUPE)) == ["Alerta"]
    assert line.carrier.record(summary=True)["per_to"] == {LUPE: 1}


def test_a_reset_is_a_reset_and_nothing_went_out(line: Line) -> None:
    line.carrier.misbehave(counts={"reset_before": 1})
    with pytest.raises(BrokenConnection, match="reset by peer"):
        line.twilio.messages.create(to=LUPE, from_=LINE, body="Alerta")
    assert line.carrier.record(summary=True)["accepted"] == 0


def test_a_call_goes_through_the_menu_to_a_person(line: Line) -> None:
    carrier = line.carrier
    carrier.call(LUPE)
    carrier.wait_for(lambda: "Marque uno" in carrier.heard(LUPE))
    carrier.keys(LUPE, "1")
    carrier.wait_for(lambda: carrier.phone(ANA)["call"])
    carrier.answer(ANA)
    carrier.wait_for(lambda: "Press 1" in carrier.heard(ANA))
    carrier.keys(ANA, "1")
    carrier.wait_for(lambda: carrier.phone(LUPE)["call"]["joined"])
    carrier.say(LUPE, "ayuda")
    carrier.wait_for(lambda: "ayuda" in carrier.heard(ANA))
    carrier.hangup(ANA)
    carrier.wait_for(lambda: carrier.phone(LUPE)["call"] is None)
    after = next(form for path, form in line.seen if path == "/after")
    assert (after["DialCallStatus"], after["DialBridged"]) == ("completed", "true")


def test_a_refused_order_is_raised(line: Line) -> None:
    with pytest.raises(ControlFailed, match="in no call"):
        line.carrier.hangup(LUPE)


def test_a_taken_port_is_said_in_a_sentence(line: Line) -> None:
    port = line.customer_url.rpartition(":")[2]
    command = [sys.executable, "-m", "hotline.simulator", "--port", port]
    found = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert found.returncode == 1
    assert found.stderr.startswith(f"Port {port} on 127.0.0.1 is taken:")
