"""`hotline incidents`: what is being checked, where each stands, and what is on record of it."""

from typing import Annotated

import typer

from hotline.cli.actor import By, permitted
from hotline.cli.codes import code_of
from hotline.cli.connected import add, connected, table
from hotline.cli.console import out
from hotline.cli.incident_acts import act, refused_sentences
from hotline.cli.standing import show_standing
from hotline.cli.words import language, number, say, when
from hotline.operations import incident_words as words
from hotline.operations.incident_view import Row, Whole, done_rows, open_rows, whole
from hotline.operations.line import Line
from hotline.store import audit
from hotline.store.database import transaction
from hotline.store.incidents import Incident
from hotline.store.reports import Report

incidents = typer.Typer(help=say("Incidents: what is being checked."), no_args_is_help=True)


@incidents.command("list", help=say("Show open incidents, urgent ones first."))
def list_command(
    done: Annotated[bool, typer.Option("--done", help=say("those that are closed or merged"))] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help=say("how many"))] = 100,
) -> None:
    with connected() as line:
        with transaction(line.database) as db:
            found = done_rows(line, db, None, limit) if done else open_rows(line, db, None, limit)
        shown = table(
            *(say("code"), say("state"), say("where"), say("ZIP code")),
            *(say("reports"), say("on their way"), say("since")),
        )
        for one in found:
            add(shown, *_cells(line, one), style="bold red" if one.of.is_urgent and one.of.is_open else "")
        out.print(shown if found else say("There is no incident."))


@incidents.command(
    "show", help=say("Show one with its reports and what is missing. That you looked is kept.")
)
def show_command(code: str, by: By = "") -> None:
    with connected() as line, refused_sentences(line):
        name, found = permitted(line, by, "incidents.see"), whole(line, code_of(code), line.clock())
        with transaction(line.database) as db:
            audit.record(db, name, "incident.show", found.of.code, line.clock())
        _show_head(line, found)
        if found.of.is_open:
            out.print(f"\n{say('May it be called confirmed?')}", style="bold")
            show_standing(line, found)
        _show_reports(line, found)
        _show_record(line, found)
        _show_verifiers(line, found)
        _show_timeline(line, found)
        if found.next_states:
            steps = " | ".join(found.next_states)
            next_step = f"hotline incidents step {found.of.code} {steps} --why …"
            out.print(f"\n{say('Next: {COMMAND}', COMMAND=next_step)}", markup=False)


act(incidents)


def _cells(line: Line, one: Row) -> tuple[str, ...]:
    since, going = when(one.of.created_at, line.hours.zone), one.going
    on_way = number(going) if one.of.state == "verifying" else ""
    return one.of.code, state_of(one.of), one.place, one.of.zip or "", number(one.report_count), on_way, since


def state_of(of: Incident) -> str:
    """Where it stands, in words."""
    extra = (
        say("URGENT") if of.is_urgent else "",
        say("Overridden") if of.overridden_at else "",
        say("Merged") if of.merged_into_id else "",
    )
    return ", ".join(part for part in (say(words.STATES[of.state]), *extra) if part)


def _show_head(line: Line, found: Whole) -> None:
    of = found.of
    sentence = say("Incident {CODE}: {STATE}", CODE=of.code, STATE=state_of(of))
    out.print(sentence, style="bold red" if of.is_urgent and of.is_open else "bold", markup=False)
    place = of.fields.get("cross_streets") or say("Place not known yet")
    out.print(" · ".join(part for part in (place, of.zip, *_listed(line, of)) if part), markup=False)
    if found.into:
        out.print(say("It is part of another incident now:"), found.into)
    if found.parts:
        out.print(say("Merged into this one:"), ", ".join(part.code for part in found.parts))
    if of.overridden_at:
        said_override = say(
            "Confirmed by an emergency override at {TIME}, not by the rule. The timeline says who and why.",
            TIME=when(of.overridden_at, line.hours.zone),
        )
        out.print(said_override, style="bold red")
    elif of.override_asked_at and of.state in {"reported", "verifying", "unsure"}:
        out.print(
            say(
                "{NAME} asks for an emergency override since {TIME}. A second person must agree within 30"
                " minutes.",
                NAME=of.override_asked_by,
                TIME=when(of.override_asked_at, line.hours.zone),
            ),
            style="yellow",
        )
    for one in found.alerts:
        out.print(say("Alert {CODE}: {STATE}", CODE=one.code, STATE=say(one.state)))
    for like in found.proposals:
        out.print(say("May be the same:"), like.code, when(like.created_at, line.hours.zone))


def _listed(line: Line, of: Incident) -> list[str]:
    """What staff chose from the network's lists, in the words that stand in an alert."""
    network = line.network
    lists = {"agency": network.agencies, "activity": network.activities, "actual": network.other_agencies}
    return [
        listed[value][language()] if value in listed else value
        for name, listed in lists.items()
        if (value := of.fields.get(name))
    ]


def _show_reports(line: Line, found: Whole) -> None:
    for one in found.reports:
        urgent = say("URGENT") if one.is_urgent else ""
        head = (say(words.SOURCES[one.source]), when(one.created_at, line.hours.zone), urgent)
        title = say("Report {CODE}", CODE=one.code)
        out.print(f"\n{title}: {', '.join(part for part in head if part)}", style="bold", markup=False)
        shown = table(say("question"), say("answer"))
        for question, answer in _answers(one):
            add(shown, question, answer)
        out.print(shown)


def _answers(one: Report) -> list[tuple[str, str]]:
    told = []
    for question, name in words.QUESTIONS.items():
        if given := one.words(question):
            known = words.SEEN.get(given) if question == "seen" else words.CHOSEN.get(given)
            told.append((say(name), say(known) if known else given))
    if one.media:
        told.append((say("Pictures"), number(len(one.media))))
    return told


def _show_record(line: Line, found: Whole) -> None:
    out.print(f"\n{say('What is on record')}", style="bold")
    shown = table(say("when"), say("what"), say("found"), say("who"), say("words"))
    for one in reversed(found.observations):
        finding = say(words.FINDINGS[one.finding]) if one.finding else ""
        seen, what = when(one.seen_at, line.hours.zone), say(words.OBSERVATIONS[one.kind])
        add(shown, seen, what, finding, one.person, one.words)
    out.print(shown if found.observations else say("Nothing yet."))


def _show_verifiers(line: Line, found: Whole) -> None:
    if not found.requests:
        return
    out.print(f"\n{say('Verifiers')}", style="bold")
    if found.of.asking:
        out.print(say(words.ASKING[found.of.asking]))
    shown = table(say("who"), say("answer"), say("found"), say("when"))
    for one in found.requests:
        finding = say(words.FINDINGS[one.finding]) if one.finding else ""
        at = when(one.answered_at or one.created_at, line.hours.zone)
        add(shown, one.person, say(words.ANSWERS[one.answer]), finding, at)
    out.print(shown)


def _show_timeline(line: Line, found: Whole) -> None:
    out.print(f"\n{say('Timeline')}", style="bold")
    shown = table(say("when"), say("what"), say("who"), say("why"))
    for one in found.steps:
        if one.before and one.after:
            what = f"{say(words.STATES[one.before])} → {say(words.STATES[one.after])}"
        else:
            what = say(words.STEP_KINDS[one.kind], CODE=one.subject or "")
        reason = "" if one.kind == "alert" else one.reason
        add(shown, when(one.created_at, line.hours.zone), what, one.person, reason)
    out.print(shown)
