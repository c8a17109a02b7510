"""The loop in its thread: closed, opened again, interrupted, inherited by a fork."""

import asyncio
import os
import signal
import threading

import pytest

from hotline.channels.twilio.account import Account
from hotline.channels.twilio.wire import Answer, NotSent, Wire
from tests.channels.forms import ACCOUNT
from tests.channels.standin import answers, keeps_silent, standing_in


def test_a_closed_wire_opens_again_when_it_is_used() -> None:
    before = set(threading.enumerate())  # other tests of this process may have wires of their own
    with standing_in(answers(200, b"x")) as carrier:
        wire = Wire(carrier.account)
        url = carrier.account.url("Messages.json")
        assert wire.run(wire.get(url)) == Answer(200, b"x")
        wire.close()
        wire.close()
        assert wire.run(wire.get(url)) == Answer(200, b"x")
        wire.close()
    assert [thread.name for thread in set(threading.enumerate()) - before if thread.name == "carrier"] == []


def test_what_is_asked_of_a_wire_that_is_not_open_is_not_sent() -> None:
    wire = Wire(Account(ACCOUNT, "u", "p"))
    assert asyncio.run(wire.get("http://127.0.0.1/")) == NotSent("closed")


class Interrupted(Exception):
    """What a worker's deadline raises in the main thread."""


def interrupt(*_: object) -> None:
    raise Interrupted


def test_an_interruption_cancels_what_is_under_way() -> None:
    before = signal.signal(signal.SIGUSR1, interrupt)
    try:
        with standing_in(act=lambda _: interrupts_us) as carrier:
            wire = Wire(carrier.account)
            with pytest.raises(Interrupted):
                wire.run(wire.get(carrier.account.url("Messages.json")))
            assert wire.run(left_after_a_moment()) == 0
            wire.close()
    finally:
        signal.signal(signal.SIGUSR1, before)


def interrupts_us(_: asyncio.StreamWriter) -> None:
    """Silence, and a signal to this process."""
    os.kill(os.getpid(), signal.SIGUSR1)


async def left_after_a_moment() -> int:
    """How many other tasks are there after the loop went round some times?"""
    for _ in range(50):
        await asyncio.sleep(0)
    return len(asyncio.all_tasks() - {asyncio.current_task()})


def test_closing_ends_a_request_that_waits() -> None:
    with standing_in(keeps_silent) as carrier:
        wire = Wire(carrier.account)
        ended: list[BaseException] = []

        def ask() -> None:
            try:
                wire.run(wire.get(carrier.account.url("Messages.json")))
            except BaseException as error:  # a cancelled future is no Exception everywhere
                ended.append(error)

        waiting = threading.Thread(target=ask)
        waiting.start()
        while not carrier.asked:
            waiting.join(0.01)
        wire.close()
        waiting.join(5)
        assert not waiting.is_alive()
        assert len(ended) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
def test_a_forked_process_opens_its_own() -> None:
    with standing_in(answers(200, b"x")) as carrier:
        wire = Wire(carrier.account)
        url = carrier.account.url("Messages.json")
        assert wire.run(wire.get(url)) == Answer(200, b"x")
        child = os.fork()
        if child == 0:
            try:
                heard = wire.run(wire.get(url))
                wire.close()
            finally:
                os._exit(0 if heard == Answer(200, b"x") else 1)
        _, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) == 0
        assert wire.run(wire.get(url)) == Answer(200, b"x")
        wire.close()


def test_an_account_shows_no_password_and_follows_no_page_elsewhere() -> None:
    account = Account(ACCOUNT, "user", "hidden", "https://api.example.org/")
    assert "hidden" not in repr(account)
    assert account.url("Calls.json") == f"https://api.example.org/2010-04-01/Accounts/{ACCOUNT}/Calls.json"
    assert account.following("/2010-04-01/x?Page=1") == "https://api.example.org/2010-04-01/x?Page=1"
    for elsewhere in ("https://evil.example/x", "//evil.example/x", "x", "@evil.example/"):
        with pytest.raises(ValueError, match="not at the carrier"):
            account.following(elsewhere)


def test_a_post_that_waited_too_long_for_its_turn_is_never_begun() -> None:
    """Its rows may have been looked up and sent again meanwhile: a late start would be a second text."""
    with standing_in(answers(201), answers(201)) as carrier:
        wire = Wire(carrier.account, begin_within_s=-1.0)
        url = carrier.account.url("Messages.json")
        assert wire.run(wire.post(url, [("To", "+12135550101")])) == NotSent("waited too long")
        assert isinstance(wire.run(wire.get(url)), Answer)
        wire.close()
    assert [asked.method for asked in carrier.asked] == ["GET"]
