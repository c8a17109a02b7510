"""`hotline subscribers`: lists of people who asked for alerts, in and out."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from hotline.cli.actor import By, who_is_it
from hotline.cli.connected import add, connected, table
from hotline.cli.console import Refusal, out
from hotline.cli.words import number, say
from hotline.domain.intake import FIELDS, REASONS, Field, NoColumn
from hotline.domain.language import LANGUAGES, Channel, Language
from hotline.domain.phone import NotAPhoneNumber, parse_phone
from hotline.operations.subscribers_channel import set_channel
from hotline.operations.subscribers_export import count_rows, export_subscribers
from hotline.operations.subscribers_file import NotAList
from hotline.operations.subscribers_import import Imported, import_subscribers

subscribers = typer.Typer(help=say("People who asked for alerts: import and export."), no_args_is_help=True)

_CHANNELS: Final[dict[str, Channel]] = {"text": "sms", "call": "voice"}
_NOT_DIGITS: Final = re.compile(r"\D")


@subscribers.command("import", help=say("Take in a list of sign-ups. Who opted out is left alone."))
def import_command(
    file: Path,
    source: Annotated[str, typer.Option(help=say("where they signed up: paper list, church, 2026-03"))],
    columns: Annotated[
        list[str] | None, typer.Option("--map", help=say("column of the file, as phone=Telefono or zip=CP"))
    ] = None,
    language: Annotated[str, typer.Option(help=say("es or en, for rows that name none"))] = "",
    by: By = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help=say("take nothing in, only look"))] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help=say("show no progress"))] = False,
) -> None:
    named, spoken, who = _named(columns or ()), _language(language), who_is_it(by)
    if not source.strip():
        raise typer.BadParameter(say("say where they signed up"), param_hint="--source")
    with connected() as line, _bar(quiet) as bar:
        task = bar.add_task(escape(file.name), total=None)
        try:
            done = import_subscribers(
                line,
                file,
                named,
                source.strip(),
                who,
                line.clock(),
                language=spoken,
                is_dry_run=dry_run,
                explain=say,
                tell=lambda read, size: bar.update(task, completed=read, total=size),
            )
        except NoColumn as missing:
            raise Refusal(_no_column(missing)) from None
        except NotAList as fault:
            raise Refusal(say(str(fault))) from None
        except OSError as fault:
            raise Refusal(_cannot_use(fault)) from None
        bar.stop()
        _show(done, dry_run)


@subscribers.command("export", help=say("Write all subscribers into a file; who and why is kept."))
def export_command(
    file: Path,
    reason: Annotated[str, typer.Option(help=say("what the file is for"))],
    by: By = "",
    quiet: Annotated[bool, typer.Option("--quiet", help=say("show no progress"))] = False,
) -> None:
    who = who_is_it(by)
    if not reason.strip():
        raise typer.BadParameter(say("say what the file is for"), param_hint="--reason")
    with connected() as line:
        count = count_rows(line)
        out.print(
            say(
                "{FILE} will hold {COUNT} telephone numbers that anybody who has it can read.",
                FILE=file.name,
                COUNT=number(count),
            ),
            style="bold",
            markup=False,
        )
        typed = typer.prompt(say("To go on, type how many there are"))
        if _NOT_DIGITS.sub("", typed) != str(count):
            raise Refusal(say("That is not the number. Nothing was written."))
        with _bar(quiet) as bar:
            task = bar.add_task(escape(file.name), total=count)
            try:
                done = export_subscribers(
                    line,
                    file,
                    reason.strip(),
                    who,
                    line.clock(),
                    tell=lambda rows: bar.update(task, completed=rows),
                )
            except OSError as fault:
                raise Refusal(_cannot_use(fault)) from None
            bar.update(task, completed=count)
        out.print(
            say(
                "{COUNT} rows of subscribers, {OUT} of people who opted out.",
                COUNT=number(done.subscribers),
                OUT=number(done.opted_out),
            )
        )
        if done.unreadable:
            sentence = say("{COUNT} numbers open with no key of the list.", COUNT=number(done.unreadable))
            out.print(sentence, style="yellow")


@subscribers.command("set-channel", help=say("Have somebody's alerts come as texts or as calls."))
def set_channel_command(
    number_: Annotated[str, typer.Argument(metavar="NUMBER", help=say("their telephone number"))],
    channel: Annotated[str, typer.Argument(metavar="text|call")],
    by: By = "",
) -> None:
    who = who_is_it(by)
    with connected() as line:
        if channel not in _CHANNELS:
            choices = ", ".join(_CHANNELS)
            raise Refusal(say("There is no {NAME}: choose from {CHOICES}.", NAME=channel, CHOICES=choices))
        try:
            moved = set_channel(line, parse_phone(number_), _CHANNELS[channel], who, line.clock())
        except NotAPhoneNumber:
            raise Refusal(say(REASONS["phone"])) from None
        if not moved:
            raise Refusal(say("This number is not signed up for alerts."))
        out.print(
            say("Their alerts come by call now.")
            if _CHANNELS[channel] == "voice"
            else say("Their alerts come by text now.")
        )


def _show(done: Imported, is_dry_run: bool) -> None:
    shown = table(say("rows"), say("people"))
    add(shown, say("would be signed up") if is_dry_run else say("signed up"), number(done.signed_up))
    add(shown, say("signed up already"), number(done.known))
    add(shown, say("opted out, left alone"), number(done.opted_out))
    for reason, count in done.rejected.most_common():
        add(shown, say(REASONS[reason]).replace("{LINE}", "…"), number(count), style="yellow")
    add(shown, say("in all"), number(done.rows), style="bold")
    out.print(shown)
    if done.rejected:
        rejected = number(done.rejected.total())
        sentence = say(
            "{COUNT} rows were not taken: see {FILE}", COUNT=rejected, FILE=done.rejected_path.name
        )
        out.print(sentence, style="yellow", markup=False)
    if is_dry_run:
        out.print(say("This was a dry run: nothing was taken in."), style="bold")


def _named(given: Sequence[str]) -> dict[Field, str]:
    named: dict[Field, str] = {}
    for pair in given:
        name, _, heading = pair.partition("=")
        field = next((field for field in FIELDS if field == name.strip()), None)
        if field is None or not heading.strip():
            raise typer.BadParameter(
                say("write {CHOICES} = a heading of the file", CHOICES=", ".join(FIELDS)), param_hint="--map"
            )
        named[field] = heading.strip()
    return named


def _language(given: str) -> Language | None:
    for language in LANGUAGES:
        if language == given:
            return language
    if given:
        raise typer.BadParameter(say("es or en, for rows that name none"), param_hint="--language")
    return None


def _no_column(missing: NoColumn) -> str:
    return say(
        "There is no column for {NAME}: add --map {NAME}=… with one of {CHOICES}.",
        NAME=missing.field,
        CHOICES=", ".join(name for name in missing.heading if name),
    )


def _cannot_use(fault: OSError) -> str:
    name = Path(fault.filename or "").name
    if isinstance(fault, FileExistsError):
        return say("{FILE} is there already: name a new file.", FILE=name)
    return say("The file {FILE} cannot be used: {WHY}.", FILE=name, WHY=fault.strerror or "")


def _bar(is_quiet: bool) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    return Progress(*columns, console=out, disable=is_quiet)
