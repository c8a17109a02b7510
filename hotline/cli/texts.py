"""`hotline texts`: who approved which wording, and blocking a text at once."""

import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from hotline.cli.connected import add, connected, table
from hotline.cli.console import Refusal, out
from hotline.cli.words import number, say
from hotline.domain.language import CHANNELS, LANGUAGES, Channel, Language
from hotline.operations.line import Line
from hotline.operations.texts import (
    REASONS,
    STATUSES,
    Approval,
    ReviewRefused,
    approve,
    block,
    list_texts,
    production_ready,
)
from hotline.operations.texts_file import NOT_A_TABLE, NotATable, export_texts, import_texts
from hotline.store import reviews
from hotline.store.database import transaction
from hotline.store.reviews import Review

texts = typer.Typer(help=say("Review the texts that people read and hear."), no_args_is_help=True)

_STYLES = {"draft": "yellow", "overdue": "red", "blocked": "red", "due soon": "yellow", "approved": ""}
By = Annotated[str, typer.Option("--by", help=say("your name and, after a comma, your role"))]


@texts.command("list", help=say("Show every text and whether it may be said."))
def list_command(
    status: Annotated[str, typer.Option(help=say("only this status"))] = "",
    text: Annotated[str, typer.Option(help=say("only this text"))] = "",
) -> None:
    with connected() as line:
        if status and status not in STATUSES:
            raise Refusal(
                say(
                    "There is no status {STATUS}: choose from {CHOICES}.",
                    STATUS=status,
                    CHOICES=", ".join(STATUSES),
                )
            )
        decisions, today = _decisions(line), line.clock().date()
        shown = table(
            say("text"), say("language"), say("channel"), say("status"), say("until"), say("reviewed by")
        )
        counts = dict.fromkeys(STATUSES, 0)
        for state in list_texts(line.flow, decisions, today):
            if (status and state.status != status) or (text and state.text_id != text):
                continue
            counts[state.status] += 1
            review = state.review
            add(
                shown,
                state.text_id,
                state.language,
                state.channel,
                say(state.status),
                review.due_on if review else None,
                review.reviewed_by if review else None,
                style=_STYLES[state.status],
            )
        out.print(shown)
        out.print(", ".join(f"{say(name)}: {number(count)}" for name, count in counts.items() if count))
        lacking = production_ready(line.flow, decisions, today)
        if lacking:
            out.print(
                say(
                    "Production does not start yet: {COUNT} required texts are not approved.",
                    COUNT=len(lacking),
                )
            )


@texts.command(
    "approve", help=say("Approve a text: name, role, language reviewer; legal texts need a second person.")
)
def approve_command(
    text: str,
    by: By,
    language_by: Annotated[str, typer.Option(help=say("who reviewed the language"))],
    second: Annotated[str, typer.Option(help=say("the second person's name and role"))] = "",
    on: Annotated[str, typer.Option(help=say("day of the review, as 2026-03-31; default: today"))] = "",
    language_on: Annotated[str, typer.Option(help=say("day of the language review"))] = "",
    language: Annotated[list[str] | None, typer.Option(help=say("only es or en"))] = None,
    channel: Annotated[list[str] | None, typer.Option(help=say("only sms or voice"))] = None,
) -> None:
    with connected() as line:
        now = line.clock()
        reviewed_on = _day(on, now.date())
        approval = Approval(by, reviewed_on, language_by, _day(language_on, reviewed_on), second or None)
        try:
            count = approve(line, text, approval, now, _languages(language), _channels(channel))
        except ReviewRefused as refused:
            raise _refusal(refused) from None
        out.print(say("Approved: {TEXT}, {COUNT} wordings.", TEXT=text, COUNT=count))


@texts.command("block", help=say("Stop a text at once, in every language and channel."))
def block_command(text: str, by: By) -> None:
    with connected() as line:
        try:
            count = block(line, text, by, line.clock())
        except ReviewRefused as refused:
            raise _refusal(refused) from None
        out.print(
            say(
                "Blocked: {TEXT}, {COUNT} wordings. Every process knows within 5 seconds.",
                TEXT=text,
                COUNT=count,
            )
        )


@texts.command("export", help=say("Write all texts and decisions as a table (CSV) for reviewers."))
def export_command(
    file: Annotated[Path | None, typer.Argument(help=say("file to write; default: the terminal"))] = None,
) -> None:
    with connected() as line:
        page = export_texts(line.flow, _decisions(line), line.clock().date())
        if file is None:
            sys.stdout.write(page)
            return
        try:
            file.write_text(page, encoding="utf-8-sig")  # spreadsheets need the mark to read accents
        except OSError as fault:
            raise _no_file(file, fault) from None
        out.print(say("Written: {FILE}.", FILE=file))


@texts.command("import", help=say("Take decisions from a table; rows for another wording are refused."))
def import_command(file: Path, by: By) -> None:
    with connected() as line:
        try:
            done = import_texts(line, file.read_text(encoding="utf-8-sig"), by, line.clock())
        except (OSError, UnicodeDecodeError) as fault:
            raise _no_file(file, fault) from None
        except NotATable:
            raise Refusal(say(NOT_A_TABLE)) from None
        for row in done.refused:
            out.print(
                say(
                    "Row {NUMBER} ({TEXT}) was refused: {WHY}",
                    NUMBER=row.number,
                    TEXT=row.text_id,
                    WHY=say(row.why),
                )
            )
        out.print(
            say(
                "Taken: {TAKEN}. Unchanged: {SAME}. Refused: {REFUSED}.",
                TAKEN=done.taken,
                SAME=done.unchanged,
                REFUSED=len(done.refused),
            )
        )
        if done.refused:
            raise typer.Exit(1)


@texts.command("history", help=say("Show every decision about a text, the newest first."))
def history_command(text: str) -> None:
    with connected() as line:
        with transaction(line.database) as db:
            found = reviews.history(db, text)
        if not found:
            raise Refusal(say("Nothing was ever decided about {TEXT}.", TEXT=text))
        shown = table(
            say("language"),
            say("channel"),
            say("decision"),
            say("on"),
            say("by"),
            say("second"),
            say("until"),
            say("wording"),
        )
        for one in found:
            add(
                shown,
                one.language,
                one.channel,
                say(one.decision),
                one.reviewed_on,
                one.reviewed_by,
                one.second_by,
                one.due_on,
                one.hash[:8],
            )
        out.print(shown)


def _decisions(line: Line) -> dict[str, Review]:
    with transaction(line.database) as db:
        return reviews.newest(db)


def _refusal(refused: ReviewRefused) -> Refusal:
    return Refusal(f"{say(REASONS[refused.reason])} {refused.detail}".strip())


def _no_file(file: Path, fault: OSError | UnicodeDecodeError) -> Refusal:
    why = fault.strerror if isinstance(fault, OSError) else say("it is not UTF-8 text")
    return Refusal(say("The file {FILE} cannot be used: {WHY}.", FILE=file, WHY=why))


def _day(given: str, default: date) -> date:
    try:
        return date.fromisoformat(given) if given else default
    except ValueError:
        raise Refusal(say("{GIVEN} is no day: write it as 2026-03-31.", GIVEN=given)) from None


def _languages(given: list[str] | None) -> list[Language]:
    return [language for language in LANGUAGES if language in _known(given, LANGUAGES)]


def _channels(given: list[str] | None) -> list[Channel]:
    return [channel for channel in CHANNELS if channel in _known(given, CHANNELS)]


def _known(given: list[str] | None, choices: tuple[str, ...]) -> list[str]:
    for name in given or []:
        if name not in choices:
            raise Refusal(
                say("There is no {NAME}: choose from {CHOICES}.", NAME=name, CHOICES=", ".join(choices))
            )
    return given or []
