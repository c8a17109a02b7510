"""`hotline sites`: schools, workplaces, hotels, markets; their plan, their flyer, and who is told first."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

import typer

from hotline.cli.actor import By, who_is_it
from hotline.cli.choices import choose
from hotline.cli.codes import code_of
from hotline.cli.connected import add, connected, table
from hotline.cli.console import Refusal, out
from hotline.cli.words import number, say, when
from hotline.domain.site import SITE_KINDS
from hotline.operations import sites as operations
from hotline.operations.flyers import flyer
from hotline.operations.line import Line
from hotline.operations.sites import KIND_WORDS, SITE_REFUSALS, STATE_WORDS, SiteFields, SiteRefused
from hotline.store import site_contacts
from hotline.store import sites as store
from hotline.store.database import transaction
from hotline.store.sites import After, Site

sites = typer.Typer(help=say("Sites whose people are told first."), no_args_is_help=True)

PAGE: Final = 200
REPORTS: Final = 10

Code = Annotated[str, typer.Argument(metavar="CODE", help=say("code of the site"))]
Kind = Annotated[str | None, typer.Option(help=", ".join(SITE_KINDS))]
Zip = Annotated[str | None, typer.Option("--zip", help=say("ZIP code"))]
Place = Annotated[str | None, typer.Option(help=say("two streets, as 1st & Soto; no house number"))]
Plan = Annotated[str | None, typer.Option(help=say("what it does when something verified is near"))]


@sites.command("list", help=say("Show the sites and how many confirmed contacts each has."))
def list_command(kind: Kind = None) -> None:
    with connected() as line:
        chosen = choose(kind, SITE_KINDS) if kind else None
        shown = table(say("code"), say("name"), say("what"), say("where"), say("confirmed contacts"))
        count, after = 0, None
        while True:
            rows, after = _page(line, chosen, after)
            for one, confirmed in rows:
                where = ", ".join(part for part in (one.place, one.zip) if part)
                style = "" if confirmed else "yellow"
                add(
                    shown,
                    one.code,
                    one.name,
                    say(KIND_WORDS[one.kind]),
                    where,
                    number(confirmed),
                    style=style,
                )
            count += len(rows)
            if after is None:
                break
        out.print(shown if count else say("There is no site yet: {COMMAND}", COMMAND="hotline sites add"))


def _page(line: Line, kind: str | None, after: After | None) -> tuple[list[tuple[Site, int]], After | None]:
    """So many sites with their confirmed contacts, and where the next ones begin."""
    with transaction(line.database) as db:
        chosen = next((one for one in SITE_KINDS if one == kind), None)
        rows = store.page(db, line.keyring, after, PAGE, chosen)
        confirmed = site_contacts.count_confirmed(db, [row.id for row in rows])
    return [(row, confirmed.get(row.id, 0)) for row in rows], rows[-1].key if len(rows) == PAGE else None


@sites.command("show", help=say("Show one: its plan, its contacts, reports with its code."))
def show_command(code: Code) -> None:
    with connected() as line, sentences():
        one = found(line, code)
        with transaction(line.database) as db:
            contacts = site_contacts.of_sites(db, line.keyring, [one.id])
            told = store.reports_of(db, one.id, REPORTS)
        out.print(f"{one.code} {one.name}, {say(KIND_WORDS[one.kind])}", style="bold", markup=False)
        out.print(", ".join(part for part in (one.place, one.zip) if part), markup=False)
        out.print(one.plan or say("No plan is written yet."), markup=False)
        shown = table(
            *(say("number"), say("name"), say("role"), say("phone"), say("state"), say("since"), say("note"))
        )
        for contact in contacts:
            since = when(contact.answered_at or contact.asked_at, line.hours.zone)
            phone = f"…{contact.phone.last_two}" if contact.phone else ""
            state = say(STATE_WORDS[contact.state])
            add(shown, contact.id, contact.name, contact.role, phone, state, since, contact.note)
        out.print(shown if contacts else say("Nobody of this site is told anything yet."))
        for report in told:
            at = when(report.created_at, line.hours.zone)
            out.print(say("Report {CODE} with its code, {WHEN}", CODE=report.code, WHEN=at))


@sites.command("add", help=say("Add a site; it gets a code for its flyer."))
def add_command(
    name: Annotated[str, typer.Argument(metavar="NAME", help=say("its name, as it stands in texts"))],
    kind: Kind = None,
    zip_code: Zip = None,
    place: Place = None,
    plan: Plan = None,
    by: By = "",
) -> None:
    with connected() as line, sentences():
        fields = SiteFields(name, kind or "", zip_code or "", place or "", plan or "")
        code = operations.add(line, fields, who_is_it(by), line.clock())
        out.print(say("{NAME} has the code {CODE}.", NAME=name, CODE=code), markup=False)
        out.print(say("Next: {COMMAND}", COMMAND=f"hotline sites contact {code} NAME NUMBER"))


@sites.command("change", help=say("Change what is given; the rest stays."))
def change_command(
    code: Code,
    name: Annotated[str | None, typer.Option(help=say("its name, as it stands in texts"))] = None,
    kind: Kind = None,
    zip_code: Zip = None,
    place: Place = None,
    plan: Plan = None,
    by: By = "",
) -> None:
    with connected() as line, sentences():
        one = found(line, code)
        fields = SiteFields(
            one.name if name is None else name,
            one.kind if kind is None else kind,
            one.zip if zip_code is None else zip_code,
            one.place if place is None else place,
            one.plan if plan is None else plan,
        )
        operations.change(line, one.code, fields, who_is_it(by), line.clock())
        out.print(say("{NAME} is changed.", NAME=fields.name), markup=False)


@sites.command("close", help=say("Let a site go: its plan and contacts are erased."))
def close_command(
    code: Code,
    yes: Annotated[bool, typer.Option("--yes", help=say("do not ask here"))] = False,
    by: By = "",
) -> None:
    with connected() as line, sentences():
        one = found(line, code)
        question = say(
            "{NAME} is closed; its plan and contacts are erased. This cannot be undone. Go on?", NAME=one.name
        )
        if not yes and not typer.confirm(question):
            raise Refusal(say("Nothing was changed."))
        operations.close(line, one.code, who_is_it(by), line.clock())
        out.print(say("{NAME} is closed; its plan and contacts are erased.", NAME=one.name), markup=False)


@sites.command("flyer", help=say("Write its flyer to print, a PDF file with number, code and QR."))
def flyer_command(
    code: Code,
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help=say("without it: CODE.pdf here"))
    ] = None,
) -> None:
    with connected() as line, sentences():
        one = found(line, code)
        organisation = line.library().values["es"].get("ORG", "")
        path = file or Path(f"{one.code}.pdf")
        try:
            path.write_bytes(flyer(organisation, one.name, one.code, line.voice_number))
        except OSError as fault:
            raise Refusal(
                say("{FILE} cannot be used: {REASON}", FILE=path, REASON=fault.strerror or "")
            ) from None
        out.print(say("The flyer is in {FILE}: print it in letter size.", FILE=path), markup=False)


def found(line: Line, code: str) -> Site:
    """A site by its code. Raises SiteRefused and Refusal."""
    with transaction(line.database) as db:
        return operations.find(line, db, code_of(code))


@contextmanager
def sentences() -> Iterator[None]:
    """What is refused of a site becomes a sentence."""
    try:
        yield
    except SiteRefused as refused:
        raise Refusal(say(SITE_REFUSALS[refused.reason])) from None
