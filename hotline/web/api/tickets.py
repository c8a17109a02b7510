"""Tickets, for programs: what waits, take one, close one."""

from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import Body

from hotline.domain.code import read_code
from hotline.domain.help import Closing
from hotline.domain.language import Language
from hotline.domain.ticket import TicketKind, TicketState
from hotline.operations import ticket_desk
from hotline.operations.staff_words import TAKE_ANSWERS
from hotline.operations.ticket_desk import DESK_REFUSALS, DeskRefusal, DeskRefused
from hotline.operations.tickets import Owned
from hotline.store import ticket_queue
from hotline.store.database import transaction
from hotline.store.ticket_queue import Wanted
from hotline.store.tickets import Ticket
from hotline.web.api.models import After, Done, Limit, Model, Page, page_of, urgent_after
from hotline.web.api.problems import Problem
from hotline.web.api.routes import Call, Resource

resource = Resource("tickets")

_STATUS: Final[dict[DeskRefusal, int]] = {
    "unknown": 404,
    "not_dispatcher": 403,
    "closed": 409,
    "not_closed": 409,
    "not_yours": 409,
}
_NOT_TAKEN: Final[dict[Owned, int]] = {"unknown": 404, "closed": 409, "taken": 409}


class TicketRow(Model):
    """Something that owes a person an answer; not who they are."""

    code: str
    kind: TicketKind
    topic: str
    state: TicketState
    is_urgent: bool
    language: Language | None
    owner: str | None
    created_at: datetime
    due_at: datetime | None


class Close(Model):
    """How it ended."""

    outcome: Closing


@resource.get("/tickets", scope="tickets.see", answers=Page[TicketRow])
def list_tickets(
    call: Call, state: TicketState = "open", after: After = "", limit: Limit = 50
) -> dict[str, Any]:
    """Tickets in a state: waiting ones by urgency and age, closed ones the newest first."""
    with transaction(call.line.database) as db:
        rows = ticket_queue.page(db, Wanted(state), urgent_after(after), limit + 1)
    return page_of(rows, limit, _row, lambda one: f"{int(one.is_urgent)}.{one.id}")


@resource.post("/tickets/{code}/take", scope="tickets.work", answers=Done)
def take_ticket(call: Call, code: str) -> Done:
    """Take a ticket for the person of the key; nobody's phone rings."""
    found = read_code(code) or ""
    try:
        owned = ticket_desk.take(call.line, found, call.me.name, call.now)
    except DeskRefused as refused:
        raise _refusal(refused) from None
    if owned != "yours":
        raise Problem(_NOT_TAKEN[owned], owned, TAKE_ANSWERS[owned].replace("{CODE}", found))
    return Done(code=found)


@resource.post("/tickets/{code}/close", scope="tickets.work", answers=Done)
def close_ticket(call: Call, code: str, given: Annotated[Close, Body()]) -> Done:
    """Close a ticket that waits, or is of the person of the key."""
    found = read_code(code) or ""
    try:
        ticket_desk.close(call.line, found, given.outcome, call.me.name, call.now)
    except DeskRefused as refused:
        raise _refusal(refused) from None
    return Done(code=found)


def _refusal(refused: DeskRefused) -> Problem:
    return Problem(_STATUS.get(refused.reason, 422), refused.reason, DESK_REFUSALS[refused.reason])


def _row(one: Ticket) -> TicketRow:
    return TicketRow(
        code=one.code,
        kind=one.kind,
        topic=one.topic,
        state=one.state,
        is_urgent=one.is_urgent,
        language=one.language,
        owner=one.owner,
        created_at=one.created_at,
        due_at=one.due_at,
    )
