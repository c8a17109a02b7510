"""`hotline events`: what people are invited to: written down in both languages, confirmed, called off."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Annotated

import typer

from hotline.cli.actor import By, who_is_it
from hotline.cli.connected import add, connected, table
from hotline.cli.console import Refusal, out
from hotline.cli.words import language, number, say, when
from hotline.domain.event import EventState, is_over
from hotline.operations import events as operations
from hotline.operations.events import EVENT_REFUSALS, STATE_WORDS, EventRefused, Written, typed
from hotline.operations.languages import name_of, read_spoken
from hotline.operations.line import Line
from hotline.store import events as store
from hotline.store.database import transaction
from hotline.store.events import Event

events = typer.Typer(help=say("Events: what people are invited to."), no_args_is_help=True)

EventId = Annotated[
    int, typer.Argument(metavar="ID", min=1, max=2**63 - 1, help=say("its number in the list"))
]
English = Annotated[str | None, typer.Option(help=say("name in English"))]
Spanish = Annotated[str | None, typer.Option(help=say("name in Spanish"))]
Place = Annotated[str | None, typer.Option(help=say("where it is"))]
Zip = Annotated[str | None, typer.Option("--zip", help=say("ZIP code"))]
Moment = Annotated[str | None, typer.Option(help=say("day and time, as 2026-11-28T20:00"))]
Capacity = Annotated[str | None, typer.Option(help=say("number of places, if there is one"))]
Languages = Annotated[str | None, typer.Option(help=say("as es, en, mam, with commas between them"))]
Note = Annotated[str | None, typer.Option(help=say("on its lawful and peaceful course, in both languages"))]


@events.command("list", help=say("Show what comes, the next first."))
def list_command(
    past: Annotated[bool, typer.Option("--past", help=say("those that are over"))] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help=say("how many"))] = 100,
) -> None:
    with connected() as line:
        listed = store.over if past else store.coming
        with transaction(line.database) as db:
            found = listed(db, line.clock(), None, limit)
        shown = table(say("number"), say("state"), say("event"), say("begins"), say("where"), say("places"))
        for one in found:
            begins, places = (
                when(one.starts_at, line.hours.zone),
                number(one.capacity) if one.capacity else "",
            )
            where = f"{one.place}, {one.zip}"
            add(shown, one.id, say(STATE_WORDS[one.state]), one.name(language()), begins, where, places)
        out.print(shown if found else say("There is no event."))


@events.command("show", help=say("Show one."))
def show_command(event_id: EventId) -> None:
    with connected() as line, _sentences():
        one = _found(line, event_id)
        state = say(STATE_WORDS[one.state])
        over = f", {say('over')}" if is_over(one.ends_at, line.clock()) else ""
        out.print(f"{one.name(language())}: {state}{over}", style="bold", markup=False)
        shown = table(say("what"), say("as it stands"))
        for name, value in (
            (say("name in English"), one.name_en),
            (say("name in Spanish"), one.name_es),
            (say("begins"), when(one.starts_at, line.hours.zone)),
            (say("ends"), when(one.ends_at, line.hours.zone)),
            (say("where"), f"{one.place}, {one.zip}"),
            (say("languages"), ", ".join(name_of(read_spoken(tag), language()) for tag in one.languages)),
            (say("places"), number(one.capacity) if one.capacity else ""),
            (say("note"), one.note(language())),
            (say("written by"), one.author),
        ):
            add(shown, name, value)
        out.print(shown)


@events.command("add", help=say("Write an event down. It is a draft until it is confirmed."))
def add_command(
    name_en: English = None,
    name_es: Spanish = None,
    place: Place = None,
    zip_code: Zip = None,
    starts: Moment = None,
    ends: Moment = None,
    capacity: Capacity = None,
    languages: Languages = None,
    note_en: Note = None,
    note_es: Note = None,
    by: By = "",
) -> None:
    given = _given(name_en, name_es, place, zip_code, starts, ends, capacity, languages, note_en, note_es)
    with connected() as line, _sentences():
        written = replace(Written("", "", "", "", "", ""), **given)
        event_id = operations.add(line, written, who_is_it(by), line.clock())
        out.print(say("Event {NUMBER} is a draft: confirm it when it is certain.", NUMBER=event_id))
        out.print(say("Next: {COMMAND}", COMMAND=f"hotline events confirm {event_id}"))


@events.command("change", help=say("Change what is given; the rest stays."))
def change_command(
    event_id: EventId,
    name_en: English = None,
    name_es: Spanish = None,
    place: Place = None,
    zip_code: Zip = None,
    starts: Moment = None,
    ends: Moment = None,
    capacity: Capacity = None,
    languages: Languages = None,
    note_en: Note = None,
    note_es: Note = None,
    by: By = "",
) -> None:
    given = _given(name_en, name_es, place, zip_code, starts, ends, capacity, languages, note_en, note_es)
    with connected() as line, _sentences():
        written = replace(typed(_found(line, event_id), line.hours.zone), **given)
        operations.change(line, event_id, written, who_is_it(by), line.clock())
        out.print(say("The event is changed."))


@events.command("confirm", help=say("It is certain: whoever texts EVENTS is told of it."))
def confirm_command(event_id: EventId, by: By = "") -> None:
    _move(event_id, "confirmed", by, say("The event is confirmed: whoever texts EVENTS is told of it."))
    announce = f"hotline alert draft --kind event --announces {event_id} --author …"
    out.print(say("To announce it: {COMMAND}", COMMAND=announce))


@events.command("draft", help=say("Take it back to a draft: nobody is told of it."))
def draft_command(event_id: EventId, by: By = "") -> None:
    _move(event_id, "draft", by, say("The event is a draft again: nobody is told of it."))


@events.command("cancel", help=say("Call it off, for good."))
def cancel_command(
    event_id: EventId,
    yes: Annotated[bool, typer.Option("--yes", help=say("do not ask here"))] = False,
    by: By = "",
) -> None:
    with connected() as line, _sentences():
        name = _found(line, event_id).name(language())
        question = say("{NAME} is called off. This cannot be undone. Go on?", NAME=name)
        if not yes and not typer.confirm(question):
            raise Refusal(say("Nothing was changed."))
        operations.move(line, event_id, "cancelled", who_is_it(by), line.clock())
        out.print(say("The event is called off."))


def _given(*values: str | None) -> dict[str, str]:
    """What was typed, by the names of `Written`."""
    names = Written.__dataclass_fields__
    return {name: value for name, value in zip(names, values, strict=True) if value is not None}


def _move(event_id: int, state: EventState, by: str, done: str) -> None:
    with connected() as line, _sentences():
        operations.move(line, event_id, state, who_is_it(by), line.clock())
        out.print(done)


def _found(line: Line, event_id: int) -> Event:
    """Raises EventRefused."""
    with transaction(line.database) as db:
        one = store.by_id(db, event_id)
    if one is None:
        raise EventRefused("unknown")
    return one


@contextmanager
def _sentences() -> Iterator[None]:
    try:
        yield
    except EventRefused as refused:
        raise Refusal(say(EVENT_REFUSALS[refused.reason])) from None
