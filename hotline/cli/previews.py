"""What a message says in each language, whom it would reach and what it would cost, in the terminal."""

from collections.abc import Mapping

from rich.markup import escape

from hotline.cli.connected import add, table
from hotline.cli.console import out
from hotline.cli.words import number, say, when
from hotline.domain.language import Language
from hotline.operations.alerts import Wording
from hotline.operations.estimate import Estimate
from hotline.operations.line import Line


def show_texts(texts: Mapping[Language, Wording]) -> None:
    """One line for each language, with what it costs to carry."""
    for language, wording in texts.items():
        size = wording.measured
        note = say("{COUNT} segments, {ENCODING}", COUNT=size.segments, ENCODING=size.encoding)
        out.print(f"[green]{language}[/] {escape(wording.text)} [dim]({note})[/]")


def show_estimate(line: Line, told: Estimate) -> None:
    """The texts, then people by language, segments, cost and minutes."""
    show_texts(told.texts)
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
