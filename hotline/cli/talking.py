"""`hotline talk`: play a contact in the terminal, by text or by keys; nothing is stored or sent."""

import secrets
from datetime import date
from typing import Annotated

import typer
from rich.markup import escape

from hotline.cli.checking import FlowsOption, NetworkOption, place_of_flow
from hotline.cli.console import Refusal, out, sentences
from hotline.cli.words import say
from hotline.domain.code import new_code
from hotline.domain.language import LANGUAGES, Channel, Language
from hotline.domain.sms import measure
from hotline.flow.engine import advance
from hotline.flow.facts import Facts
from hotline.flow.input import Arrived, DialEnded, Digits, HungUp, Input, Recording, Silence, Text
from hotline.flow.library import Library
from hotline.flow.load import load_flow
from hotline.flow.model import Flow
from hotline.flow.network import load_network
from hotline.flow.reply import Connect, Goodbye, Hold, Listen, Reply
from hotline.flow.session import Session, Turn
from hotline.operations.library import build_library
from hotline.store.places import place_of

_RECORDING = "RE" + "0" * 32


def talk(
    call: Annotated[bool, typer.Option("--call", help=say("call instead of texting"))] = False,
    language: Annotated[str, typer.Option(help=say("es or en; default: not known yet"))] = "",
    flows: FlowsOption = None,
    network: NetworkOption = None,
) -> None:
    with sentences():
        place = place_of_flow(flows, network)
        flow, values = load_flow(place.flows), load_network(place.network)
        library = build_library(flow, values, "demo", place.values, {}, date.min)
        channel: Channel = "voice" if call else "sms"
        session = Session(channel=channel, language=_language(language))
        out.print(say(_KEYS if call else _WORDS), style="dim")
        _converse(flow, library, session)


talk.__doc__ = say("Play a contact in the terminal. Nothing is stored or sent.")

_WORDS = "Write as a contact would. An empty line or Ctrl-D ends."
_KEYS = (
    "Press keys and Enter. Enter alone: silence. answered, nobody, recorded: what happens next."
    " Ctrl-D hangs up."
)


def _converse(flow: Flow, library: Library, session: Session) -> None:
    """Ask, answer, until one of the two has had enough."""
    event: Input | None = Arrived() if session.channel == "voice" else _ask(session)
    while event is not None:
        facts = Facts(code=new_code(secrets.choice), place_of=place_of)
        turn = advance(flow, library, session, event, facts)
        session = turn.session
        _show(turn)
        if isinstance(event, HungUp) or any(isinstance(reply, Goodbye) for reply in turn.replies):
            return
        event = _ask(session)


def _ask(session: Session) -> Input | None:
    try:
        typed = out.input("[bold cyan]> [/]").strip()
    except (EOFError, KeyboardInterrupt):
        return HungUp() if session.channel == "voice" else None
    if session.channel == "sms":
        return Text(typed) if typed else None
    return _EVENTS.get(typed.lower()) or (Digits(typed) if typed else Silence())


_EVENTS: dict[str, Input] = {
    "answered": DialEnded(was_bridged=True),
    "nobody": DialEnded(was_bridged=False),
    "recorded": Recording(_RECORDING, 10),
}


def _show(turn: Turn) -> None:
    for reply in turn.replies:
        _show_reply(reply, turn.session.channel)
    for effect in turn.effects:
        out.print(f"  · {escape(repr(effect))}", style="dim")


def _show_reply(reply: Reply, channel: Channel) -> None:
    if isinstance(reply, Hold):
        return
    for part in reply.parts:
        size = measure(part.wording)
        note = f" [dim]({size.encoding}, {size.segments})[/]" if channel == "sms" else ""
        out.print(f"[green]{part.language}[/] {escape(part.wording)}{note}")
    match reply:
        case Connect():
            out.print(say("(dispatchers' phones ring: answered or nobody?)"), style="yellow")
        case Listen(awaits="recording"):
            out.print(say("(a tone, and it records: recorded, or Enter for silence)"), style="yellow")
        case _:
            pass


def _language(given: str) -> Language | None:
    if given and given not in LANGUAGES:
        raise Refusal(say("There is no {NAME}: choose from {CHOICES}.", NAME=given, CHOICES="es, en"))
    return "es" if given == "es" else "en" if given == "en" else None
