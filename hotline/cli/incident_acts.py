"""What is done with an incident at a command: steps, place, verifiers, what was seen, merging, overriding."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Annotated, Final

import typer

from hotline.cli.actor import By, permitted
from hotline.cli.choices import choose
from hotline.cli.codes import code_of
from hotline.cli.connected import connected
from hotline.cli.console import Refusal, out
from hotline.cli.standing import show_lacks_of
from hotline.cli.words import number, say
from hotline.domain.incident import FINDINGS, INCIDENT_STATES, STEPS, IncidentState, ObservationKind
from hotline.operations import incident_words as words
from hotline.operations.incident_refusals import INCIDENT_REFUSALS, IncidentRefused
from hotline.operations.incidents import describe, find, step
from hotline.operations.line import Line
from hotline.operations.merging import merge, unmerge
from hotline.operations.observing import observe
from hotline.operations.overriding import ask_override
from hotline.operations.verifying import ask_verifiers, stop_asking
from hotline.store.database import transaction

KINDS: Final[tuple[ObservationKind, ...]] = ("note", "on_scene", "first_hand", "photo_checked", "statement")

# Steps of which there is no way back.
GRAVE: Final[frozenset[IncidentState]] = frozenset({"not_found", "other_agency", "closed"})

Why = Annotated[str, typer.Option("--why", help=say("why, in a few words; it stands in the timeline"))]
Yes = Annotated[bool, typer.Option("--yes", help=say("do not ask here"))]
Code = Annotated[str, typer.Argument(metavar="CODE", help=say("code of the incident"))]


def act(incidents: typer.Typer) -> None:
    """Add the commands to the group of incidents."""
    incidents.command("step", help=say("Take one step, with a reason."))(step_command)
    incidents.command("describe", help=say("Say where it is and what is seen, from fixed lists."))(
        describe_command
    )
    incidents.command("ask", help=say("Ask verifiers who are near and on duty, by text."))(ask_command)
    incidents.command("stop-asking", help=say("Ask nobody else; who is on the way goes on."))(stop_command)
    incidents.command("observe", help=say("Put on record what was seen, checked or stated."))(observe_command)
    incidents.command("merge", help=say("Make one part of another. This can be undone."))(merge_command)
    incidents.command("unmerge", help=say("Let it stand by itself again."))(unmerge_command)
    incidents.command("override", help=say("Ask for an emergency override: a second person must agree."))(
        override_command
    )


def step_command(
    code: Code,
    state: Annotated[str, typer.Argument(metavar="STATE", help=", ".join(INCIDENT_STATES))],
    why: Why,
    yes: Yes = False,
    by: By = "",
) -> None:
    with connected() as line, refused_sentences(line, code):
        name = permitted(line, by, "incidents.work")
        wanted, of = choose(state, INCIDENT_STATES), code_of(code)
        if words.STEP_HELP[wanted]:
            out.print(say(words.STEP_HELP[wanted]))
        if (not STEPS[wanted] or wanted in GRAVE) and not yes:
            _confirm(say("Incident {CODE}: {STEP}. Go on?", CODE=of, STEP=say(words.STEP_WORDS[wanted])))
        step(line, of, wanted, name, why, line.clock())
        out.print(say("Incident {CODE}: {STATE}", CODE=of, STATE=say(words.STATES[wanted])), style="bold")


def describe_command(
    code: Code,
    cross_streets: Annotated[
        str | None, typer.Option(help=say("two streets, as 1st & Soto; no house number"))
    ] = None,
    zip_code: Annotated[str | None, typer.Option("--zip", help=say("ZIP code"))] = None,
    activity: Annotated[str | None, typer.Option(help=say("from the list of the network file"))] = None,
    agency: Annotated[str | None, typer.Option(help=say("from the list of the network file"))] = None,
    actual: Annotated[str | None, typer.Option(help=say("another agency of the network file"))] = None,
    by: By = "",
) -> None:
    given = {"cross_streets": cross_streets, "activity": activity, "agency": agency, "actual": actual}
    with connected() as line, refused_sentences(line):
        with transaction(line.database) as db:
            of = find(line, db, code_of(code))
        fields = {**of.fields, **{name: value for name, value in given.items() if value is not None}}
        its_zip = of.zip if zip_code is None else zip_code or None
        describe(line, of.code, permitted(line, by, "incidents.work"), fields, its_zip, line.clock())
        out.print(say("Written down."))


def ask_command(
    code: Code,
    why: Annotated[
        str, typer.Option("--why", help=say("why, in a few words; it stands in the timeline"))
    ] = "",
    by: By = "",
) -> None:
    with connected() as line, refused_sentences(line):
        reason = why or say("Please look")
        asked = ask_verifiers(
            line, code_of(code), permitted(line, by, "incidents.work"), reason, line.clock()
        )
        out.print(say("Verifiers who were asked: {COUNT}.", COUNT=number(asked)))


def stop_command(code: Code, by: By = "") -> None:
    with connected() as line, refused_sentences(line):
        stop_asking(line, code_of(code), permitted(line, by, "incidents.work"), line.clock())
        out.print(say("Nobody else is asked."))


def observe_command(
    code: Code,
    kind: Annotated[str, typer.Argument(metavar="WHAT", help=", ".join(KINDS))],
    told: Annotated[str, typer.Option("--words", help=say("what was said or seen; nobody's name"))] = "",
    report: Annotated[str, typer.Option(help=say("code of the report that it speaks of"))] = "",
    finding: Annotated[str, typer.Option(help=", ".join(FINDINGS))] = "",
    observer: Annotated[str, typer.Option(help=say("the verifier who told you"))] = "",
    minutes: Annotated[int, typer.Option(min=0, help=say("minutes since it was seen"))] = 0,
    by: By = "",
) -> None:
    with connected() as line, refused_sentences(line):
        now = line.clock()
        observe(
            line,
            code_of(code),
            choose(kind, KINDS),
            permitted(line, by, "incidents.work"),
            now - timedelta(minutes=minutes),
            now,
            words=told,
            report=code_of(report) if report else None,
            finding=choose(finding, FINDINGS) if finding else None,
            observer=observer or None,
        )
        out.print(say("Written down."))


def merge_command(
    code: Code,
    into: Annotated[str, typer.Argument(metavar="INTO", help=say("the one that it becomes part of"))],
    why: Why,
    by: By = "",
) -> None:
    with connected() as line, refused_sentences(line):
        part, whole = code_of(code), code_of(into)
        merge(line, part, whole, permitted(line, by, "incidents.work"), why, line.clock())
        undo = f"hotline incidents unmerge {part} --why …"
        out.print(say("Incident {CODE} is part of {INTO} now.", CODE=part, INTO=whole))
        out.print(say("To undo it: {COMMAND}", COMMAND=undo))


def unmerge_command(code: Code, why: Why, by: By = "") -> None:
    with connected() as line, refused_sentences(line):
        unmerge(line, code_of(code), permitted(line, by, "incidents.work"), why, line.clock())
        out.print(say("It stands by itself again."))


def override_command(code: Code, why: Why, yes: Yes = False, by: By = "") -> None:
    """Whoever sits here can type any name, so nobody agrees here: the second one signs in to the console."""
    with connected() as line, refused_sentences(line):
        of = code_of(code)
        if not yes:
            out.print(say("Only when waiting would harm people. The incident stays flagged for ever."))
            _confirm(say("Ask for an emergency override of incident {CODE}?", CODE=of))
        ask_override(line, of, permitted(line, by, "incidents.work"), why, line.clock())
        out.print(
            say("The override is asked for. A second person must agree in the console within 30 minutes.")
        )


def _confirm(question: str) -> None:
    if not typer.confirm(question):
        raise Refusal(say("Nothing was changed."))


@contextmanager
def refused_sentences(line: Line, code: str = "") -> Iterator[None]:
    """What is refused becomes a sentence; before it, what is missing to confirm the incident `code`."""
    try:
        yield
    except IncidentRefused as refused:
        if refused.reason == "not_confirmed":
            show_lacks_of(line, code_of(code))
        raise Refusal(f"{say(INCIDENT_REFUSALS[refused.reason])} {refused.detail}".strip()) from None
