"""Where a contact stands, and what one input made of it."""

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from hotline.domain.language import Channel, Language
from hotline.flow.effect import Effect
from hotline.flow.reply import Reply


class Session(BaseModel):
    """One conversation. A call has its own; texts have one for each contact.

    `node` is the open question or menu, None before the first turn. `return_to` is the question
    that an interruption put off. `silences` and `wrong` count misses at the present node,
    `unanswered` texts in a row that nothing matched, `again` is the topic that "repeat" repeats.
    `window_replies` texts went out since `window_at` (seconds since 1970). `is_urgent`: a call that
    should reach a person at once, so that whatever ticket comes of it is urgent too.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    channel: Channel
    node: str | None = None
    language: Language | None = None
    turns: int = 0
    silences: int = 0
    wrong: int = 0
    unanswered: int = 0
    window_at: float = 0.0
    window_replies: int = 0
    was_greeted: bool = False
    again: str | None = None
    return_to: str | None = None
    report: str | None = None
    topic: str = ""
    is_urgent: bool = False
    answers: dict[str, str] = Field(default_factory=dict)

    def with_changes(self, **changes: Any) -> "Session":
        changed = Session.__new__(Session)  # what model_copy does, without its detours: this is hot
        object.__setattr__(changed, "__dict__", self.__dict__ | changes)
        object.__setattr__(changed, "__pydantic_fields_set__", self.__pydantic_fields_set__ | changes.keys())
        object.__setattr__(changed, "__pydantic_extra__", None)
        object.__setattr__(changed, "__pydantic_private__", None)
        return changed

    def at(self, node: str) -> "Session":
        """Stand at another node with a clean count of misses."""
        return self.with_changes(node=node, silences=0, wrong=0)


@dataclass(frozen=True, slots=True)
class Turn:
    session: Session
    replies: tuple[Reply, ...] = ()
    effects: tuple[Effect, ...] = ()
