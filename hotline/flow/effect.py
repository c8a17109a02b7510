"""What we remember of a turn: asked for by the flow, done by an operation."""

from dataclasses import dataclass

from hotline.domain.language import Channel, Language
from hotline.domain.notice import Audience
from hotline.domain.ticket import TicketKind


@dataclass(frozen=True, slots=True)
class RememberLanguage:
    language: Language


@dataclass(frozen=True, slots=True)
class OptOut:
    """Stop what we start, on every channel; `words` are the person's own."""

    words: str


@dataclass(frozen=True, slots=True)
class OptIn:
    """The person started again: clear our suppression and the carrier's mark."""

    words: str


@dataclass(frozen=True, slots=True)
class ClearCarrierBlock:
    """The carrier lifted its own block (YES); our suppression stands."""


@dataclass(frozen=True, slots=True)
class PauseAlerts:
    """Words in a longer sentence sound like an opt-out: alerts rest until the person decides."""

    words: str


@dataclass(frozen=True, slots=True)
class ResumeAlerts:
    """The person wants to keep the alerts that were paused."""

    words: str


@dataclass(frozen=True, slots=True)
class Subscribe:
    """The person agreed to these lists. No `zip`: where they are signed up already. A `channel` is how their
    alerts come from now on; without one that stays as it was."""

    zip: str
    words: str
    kinds: tuple[Audience, ...] = ("alert",)
    channel: Channel | None = None


@dataclass(frozen=True, slots=True)
class LeaveLists:
    """These lists end; without any, every list but alerts."""

    words: str
    kinds: tuple[Audience, ...] = ()


@dataclass(frozen=True, slots=True)
class TakeTexts:
    """Alerts come as texts again, and no more as calls."""

    words: str


@dataclass(frozen=True, slots=True)
class StartReport:
    """`site` is the code of the site that it is about; `is_from_site`: a confirmed contact of it told us."""

    code: str
    site: str = ""
    is_from_site: bool = False


@dataclass(frozen=True, slots=True)
class AnswerReport:
    code: str
    field: str
    value: str
    media: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FlagUrgent:
    code: str
    words: str


@dataclass(frozen=True, slots=True)
class FinishReport:
    code: str


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """Something that owes a person an answer. Dispatchers are told of it."""

    kind: TicketKind
    topic: str
    is_urgent: bool = False


@dataclass(frozen=True, slots=True)
class KeepRecording:
    """A voicemail or a spoken report is with the carrier under this sid."""

    sid: str
    duration_s: int
    report: str | None = None


@dataclass(frozen=True, slots=True)
class SendText:
    """Send this text to the contact besides the answer (after a call); `lists` are those it names."""

    text: str
    lists: str = ""


@dataclass(frozen=True, slots=True)
class Erase:
    """Erase what we hold of the contact, here and at the carrier."""

    words: str


Effect = (
    RememberLanguage
    | OptOut
    | OptIn
    | ClearCarrierBlock
    | PauseAlerts
    | ResumeAlerts
    | Subscribe
    | LeaveLists
    | TakeTexts
    | StartReport
    | AnswerReport
    | FlagUrgent
    | FinishReport
    | OpenTicket
    | KeepRecording
    | SendText
    | Erase
)
