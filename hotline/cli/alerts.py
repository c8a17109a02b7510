"""`hotline alert`: draft an alert, have a second person release it, and watch it go out."""

from datetime import datetime, timedelta
from typing import Annotated, Literal, get_args

import typer
from rich.markup import escape

from hotline.cli.connected import add, connected, table
from hotline.cli.console import Refusal, out
from hotline.cli.steering import steer
from hotline.cli.watching import show, watch
from hotline.cli.words import number, say, when
from hotline.domain.alert import ALERT_KINDS, BASES, AlertKind, Basis
from hotline.domain.language import Language
from hotline.operations import alerts as drafting
from hotline.operations.alerts import REFUSALS, AlertRefused, Wording, draft, wordings
from hotline.operations.estimate import Estimate, estimate
from hotline.operations.line import Line
from hotline.operations.progress import progress
from hotline.operations.release import ask_release
from hotline.store.database import transaction

alert = typer.Typer(help=say("Alerts: draft, release, watch."), no_args_is_help=True)
steer(alert)

Field = Literal["agency", "activity", "change", "actual"]
FIELDS: tuple[Field, ...] = get_args(Field)

Author = Annotated[str, typer.Option(help=say("who drafts or asks"))]


@alert.command("draft", help=say("Draft an alert from fixed lists. Nothing goes out yet."))
def draft_command(
    kind: Annotated[str, typer.Option(help=", ".join(ALERT_KINDS))],
    author: Author,
    area: Annotated[str, typer.Option(help=say("area of the network file"))] = "",
    follows: Annotated[str, typer.Option(help=say("code of the alert that this one follows"))] = "",
    basis: Annotated[str, typer.Option(help=", ".join(BASES))] = "",
    observer: Annotated[str, typer.Option(help=say("the observer's name code"))] = "",
    seen: Annotated[int, typer.Option(help=say("minutes since it was seen"))] = -1,
    minutes: Annotated[int, typer.Option(help=say("minutes that the notice lasts"))] = 0,
    cross_streets: Annotated[str, typer.Option(help=say("two streets, as 1st & Soto; no house number"))] = "",
    agency: Annotated[str, typer.Option(help=say("from the list of the network file"))] = "",
    activity: Annotated[str, typer.Option(help=say("from the list of the network file"))] = "",
    change: Annotated[str, typer.Option(help=say("an activity of the network file"))] = "",
    actual: Annotated[str, typer.Option(help=say("another agency of the network file"))] = "",
    origin: Annotated[str, typer.Option(help=say("ZIP code where it was seen: the nearest hear first"))] = "",
) -> None:
    with connected() as line:
        now = line.clock()
        given = {"agency": agency, "activity": activity, "change": change, "actual": actual}
        values = {name: value for name, value in {**given, "cross_streets": cross_streets}.items() if value}
        try:
            code = draft(
                line,
                now,
                _kind(kind),
                values,
                author,
                area=area or None,
                basis=_basis(basis),
                observer=observer or None,
                seen_at=now - timedelta(minutes=seen) if seen >= 0 else None,
                ends_at=_ends(minutes, now),
                follows=follows or None,
                origin=origin or None,
            )
        except AlertRefused as refused:
            raise _refusal(line, refused) from None
        with transaction(line.database) as db:
            texts = wordings(line, db, drafting.find(line, db, code))
        out.print(say("Alert {CODE} is drafted. Nothing has gone out.", CODE=code), style="bold")
        _show_texts(texts)
        out.print(
            say("Next: {COMMAND}", COMMAND=f"hotline alert release {code} --author {author} --second …")
        )


@alert.command("release", help=say("Show whom it reaches and what it costs, and ask the second person."))
def release_command(
    code: str,
    author: Author,
    second: Annotated[str, typer.Option(help=say("who releases it, from their own phone"))],
    yes: Annotated[bool, typer.Option("--yes", help=say("do not ask here"))] = False,
) -> None:
    with connected() as line:
        try:
            told = estimate(line, code.upper(), line.clock())
            _show_estimate(line, told)
            if not yes and not typer.confirm(say("Text the one-time word to {NAME}?", NAME=second)):
                raise Refusal(say("Nothing was asked and nothing goes out."))
            asked = ask_release(line, code.upper(), author, second, line.clock())
        except AlertRefused as refused:
            raise _refusal(line, refused) from None
        until = when(asked.until, line.hours.zone)
        out.print(
            say(
                "{NAME} answers with the word from their own phone, until {UNTIL}.",
                NAME=asked.second,
                UNTIL=until,
            )
        )
        out.print(say("Next: {COMMAND}", COMMAND=f"hotline alert status {code.upper()} --watch"))


@alert.command("status", help=say("Show how many got it, and why others did not."))
def status_command(
    code: str,
    follow: Annotated[bool, typer.Option("--watch", help=say("stay until it is over"))] = False,
) -> None:
    with connected() as line:
        try:
            found = watch(line, code.upper()) if follow else progress(line, code.upper(), line.clock())
        except AlertRefused as refused:
            raise _refusal(line, refused) from None
        show(line, found)


def _kind(given: str) -> AlertKind:
    for kind in ALERT_KINDS:
        if kind == given:
            return kind
    raise Refusal(
        say("There is no {NAME}: choose from {CHOICES}.", NAME=given, CHOICES=", ".join(ALERT_KINDS))
    )


def _basis(given: str) -> Basis | None:
    for basis in BASES:
        if basis == given:
            return basis
    if given:
        raise Refusal(say("There is no {NAME}: choose from {CHOICES}.", NAME=given, CHOICES=", ".join(BASES)))
    return None


def _ends(minutes: int, now: datetime) -> datetime | None:
    return now + timedelta(minutes=minutes) if minutes > 0 else None


def _refusal(line: Line, refused: AlertRefused) -> Refusal:
    """The reason, what it is about, and the list to choose from where there is one."""
    sentence = f"{say(REFUSALS[refused.reason])} {refused.detail}".strip()
    choices = _choices(line, refused)
    return Refusal(
        f"{sentence} {say('Choose from {CHOICES}.', CHOICES=', '.join(choices))}" if choices else sentence
    )


def _choices(line: Line, refused: AlertRefused) -> list[str]:
    lists = {
        "agency": line.network.agencies,
        "activity": line.network.activities,
        "change": line.network.activities,
        "actual": line.network.other_agencies,
    }
    match refused.reason:
        case "unknown_area":
            return sorted(line.network.areas)
        case "unknown_field" | "missing_field":
            return sorted(lists.get(refused.detail.lower(), {}))
        case "no_basis":
            return list(BASES)
        case "second_person" | "unknown_person" | "role":
            return [person.name for person in line.people().people]
        case _:
            return []


def _show_texts(texts: dict[Language, Wording]) -> None:
    for language, wording in texts.items():
        size = wording.measured
        note = say("{COUNT} segments, {ENCODING}", COUNT=size.segments, ENCODING=size.encoding)
        out.print(f"[green]{language}[/] {escape(wording.text)} [dim]({note})[/]")


def _show_estimate(line: Line, told: Estimate) -> None:
    _show_texts(told.texts)
    shown = table(
        say("people"), say("in Spanish"), say("in English"), say("segments"), say("cost"), say("minutes")
    )
    people = {language: number(count) for language, count in told.people.items()}
    cost = f"${told.cost / 1_000_000:,.2f}"
    minutes = number(max(1, round(told.minutes)))
    add(
        shown,
        number(sum(told.people.values())),
        people.get("es"),
        people.get("en"),
        number(told.segments),
        cost,
        minutes,
    )
    out.print(shown)
    if told.called:
        out.print(say("{COUNT} more people chose calls.", COUNT=number(told.called)))
    if told.waits_until:
        until = when(told.waits_until, line.hours.zone)
        out.print(say("It is night there: it waits until {UNTIL}.", UNTIL=until), style="yellow")
