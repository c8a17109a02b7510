"""Tickets: what owes a person an answer."""

from typing import Final, Literal

TicketKind = Literal[
    "callback",
    "voicemail",
    "report",
    "opt_out_review",
    "unanswered",
    "blocked_answer",
    "food",
    "accompaniment",
    "lawyer",
    "detained",
]
TicketState = Literal["open", "taken", "closed"]

TICKET_MOVES: Final[dict[TicketState, frozenset[TicketState]]] = {
    "open": frozenset({"taken", "closed"}),
    "taken": frozenset({"open", "closed"}),
    "closed": frozenset({"open"}),
}


def may_move(before: TicketState, after: TicketState) -> bool:
    return after in TICKET_MOVES[before]
