"""Tell the sites near a verified incident at a command: seen first, then sent, and told when it is over."""

from collections.abc import Sequence
from typing import Annotated

import typer

from hotline.cli.actor import By, permitted
from hotline.cli.choices import choose
from hotline.cli.codes import code_of
from hotline.cli.connected import add, connected, table
from hotline.cli.console import Refusal, out
from hotline.cli.sites import found, sentences
from hotline.cli.standing import show_lacks_of
from hotline.cli.words import number, say, when
from hotline.domain.site import RADII, SITE_KINDS, USUAL_RADIUS
from hotline.operations import site_notices as operations
from hotline.operations.line import Line
from hotline.operations.site_notices import Nearby, Told
from hotline.operations.sites import KIND_WORDS, SiteRefused
from hotline.operations.verified import may_alert
from hotline.store import site_notices
from hotline.store.database import transaction
from hotline.store.incidents import Incident
from hotline.store.sites import Site

Code = Annotated[str, typer.Argument(metavar="INCIDENT", help=say("code of the incident"))]
Yes = Annotated[bool, typer.Option("--yes", help=say("do not ask here"))]


def tell_sites(sites: typer.Typer) -> None:
    """Add the commands to the group of sites."""
    sites.command("tell", help=say("Tell the sites near a confirmed incident, each contact once."))(
        tell_command
    )
    sites.command("told", help=say("Show who was told of an incident, and where each text stands."))(
        told_command
    )
    sites.command("over", help=say("Tell who was told of an incident that it is over."))(over_command)


def tell_command(
    incident: Code,
    miles: Annotated[int, typer.Option(help=", ".join(map(str, RADII)))] = USUAL_RADIUS,
    kind: Annotated[list[str] | None, typer.Option(help=", ".join(SITE_KINDS))] = None,
    site: Annotated[
        list[str] | None, typer.Option(help=say("code of a site; without it: all that are shown"))
    ] = None,
    why: Annotated[
        str, typer.Option("--why", help=say("why a site farther than 10 miles away must know"))
    ] = "",
    yes: Yes = False,
    by: By = "",
) -> None:
    with connected() as line, sentences():
        name = permitted(line, by, "sites.tell")
        kinds = tuple(choose(one, SITE_KINDS) for one in kind or SITE_KINDS)
        radius = int(choose(str(miles), map(str, RADII)))
        with transaction(line.database) as db:
            of = operations.find_incident(line, db, code_of(incident))
            nearby = operations.near(line, db, of, radius, kinds)
            is_verified = may_alert(line, db, of, line.clock())
        _show(line, of, nearby)
        if not is_verified:
            show_lacks_of(line, of.code)
            raise SiteRefused("not_verified")
        chosen = [found(line, one) for one in site or ()] or [
            one.site for one in nearby if one.confirmed and one.told_at is None
        ]
        if not chosen:
            raise SiteRefused("nobody")
        _show_wording(line, of, chosen)
        out.print(", ".join(f"{one.code} {one.name}" for one in chosen), style="bold", markup=False)
        question = say("Tell {COUNT} sites now? What was sent cannot be taken back.", COUNT=len(chosen))
        if not yes and not typer.confirm(question):
            raise Refusal(say("Nothing was sent."))
        codes = [one.code for one in chosen]
        _report(operations.tell(line, of.code, codes, name, line.clock(), why))
        out.print(say("Next: {COMMAND}", COMMAND=f"hotline sites told {of.code}"))
        out.print(say("When it is over: {COMMAND}", COMMAND=f"hotline sites over {of.code}"))


def told_command(incident: Code) -> None:
    with connected() as line, sentences():
        with transaction(line.database) as db:
            of = operations.find_incident(line, db, code_of(incident))
            notices = site_notices.of_incident(db, line.keyring, of.id)
        shown = table(say("code"), say("name"), say("who"), say("what"), say("when"), say("status"))
        for one in notices:
            what = say("that it is over") if one.kind == "ended" else say("what was confirmed")
            status = say(one.status) if one.status else say("Not kept any more")
            style = "red" if one.status in {"undelivered", "failed", "skipped"} else ""
            told_at = when(one.told_at, line.hours.zone)
            add(shown, one.site, one.name, one.contact, what, told_at, status, style=style)
        out.print(shown if notices else say("No site was told of it."))


def over_command(incident: Code, yes: Yes = False, by: By = "") -> None:
    with connected() as line, sentences():
        name, code = permitted(line, by, "sites.tell"), code_of(incident)
        question = say("Tell who was told of incident {CODE} that it is over?", CODE=code)
        if not yes and not typer.confirm(question):
            raise Refusal(say("Nothing was sent."))
        _report(operations.tell_ended(line, code, name, line.clock()))


def _show(line: Line, of: Incident, nearby: Sequence[Nearby]) -> None:
    if of.zip is None:
        raise Refusal(say("The incident has no ZIP code yet: describe it first."))
    shown = table(
        *(say("code"), say("name"), say("what"), say("ZIP code"), say("miles")),
        *(say("confirmed contacts"), say("told")),
    )
    for one in nearby:
        what, told = say(KIND_WORDS[one.site.kind]), when(one.told_at, line.hours.zone)
        cells = (one.site.code, one.site.name, what, one.site.zip, f"{one.miles:.1f}")
        add(shown, *cells, number(one.confirmed), told, style="" if one.confirmed else "dim")
    out.print(shown if nearby else say("No site so near: choose a wider circle with --miles."))


def _show_wording(line: Line, of: Incident, chosen: Sequence[Site]) -> None:
    """One site of each wording: a school's is its own."""
    one_of = {one.kind == "school": one for one in reversed(chosen)}
    for site in one_of.values():
        with transaction(line.database) as db:
            said = operations.wordings(line, db, of, site, line.clock())
        for language, words in said.items():
            out.print(f"{language} ", style="green", end="")
            out.print(words, markup=False)


def _report(told: Told) -> None:
    sentence = say(
        "Texts on their way: {COUNT}. Left out because they asked for no more texts: {OUT}.",
        COUNT=number(told.contacts),
        OUT=number(told.opted_out),
    )
    out.print(sentence, style="bold")
