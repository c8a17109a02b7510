"""What pages call the kinds, states and reasons of alerts; English, said through the catalogs."""

from typing import Final, Literal

from hotline.catalogs import sentence
from hotline.domain.alert import Basis
from hotline.domain.notice import MessageKind
from hotline.operations.alert_refusals import REFUSALS, AlertRefused
from hotline.web.console.page import PageContext

Tone = Literal["calm", "busy", "good", "bad", "urgent"]

KINDS: Final[dict[MessageKind, str]] = {
    "actual": sentence("Verified alert"),
    "update": sentence("Update"),
    "correction": sentence("Correction"),
    "all_clear": sentence("All-clear"),
    "expired": sentence("Notice that it has ended"),
    "exercise": sentence("Exercise"),
    "test": sentence("Test"),
    "kyr_reminder": sentence("Rights reminder"),
    "event": sentence("Event"),
    "food_notice": sentence("Food distribution"),
    "official_notice": sentence("Official notice"),
    "rumor_check": sentence("Rumor check"),
    "school_partner": sentence("Notice to a site"),
}

# What each is for, where one is chosen.
PURPOSES: Final[dict[MessageKind, str]] = {
    "actual": sentence("Something confirmed is going on now. To everyone in the area who asked for alerts."),
    "exercise": sentence("Volunteers practice. It says that nothing is happening."),
    "test": sentence("Tries out the way to people's phones. It says that nothing is happening."),
    "kyr_reminder": sentence("One line on a right, at most once a week. To who asked for reminders."),
    "event": sentence("A workshop, a clinic, a gathering. To who asked for events."),
    "food_notice": sentence("When and where food is given out. To who asked for it."),
    "official_notice": sentence("A curfew or a closure, with its source. To who asked for official notices."),
    "rumor_check": sentence("A rumor is spreading and is not true. Two people must agree before it goes."),
}

# The state of an alert, or of its broadcast once it goes out.
STATES: Final[dict[str, tuple[str, Tone]]] = {
    "draft": (sentence("Draft"), "busy"),
    "asked": (sentence("Waits for a word by text"), "busy"),
    "agreed": (sentence("Waits for a second approver"), "busy"),
    "withdrawn": (sentence("Withdrawn"), "calm"),
    "released": (sentence("Released"), "good"),
    "sending": (sentence("Going out"), "urgent"),
    "paused": (sentence("Paused"), "bad"),
    "held": (sentence("Held"), "bad"),
    "cancelled": (sentence("Stopped"), "calm"),
    "done": (sentence("Sent to everyone"), "good"),
    "ended": (sentence("Ended"), "calm"),
}

BASES: Final[dict[Basis, str]] = {
    "verifier_on_scene": sentence("A trained verifier saw it on scene"),
    "two_reports_and_media": sentence("Two independent first-hand reports and a checked photo"),
    "official_statement": sentence("An official statement"),
}

FIELDS: Final[dict[str, str]] = {
    "agency": sentence("Who was seen"),
    "activity": sentence("What they are doing"),
    "change": sentence("What changed"),
    "actual": sentence("What it really was"),
    "cross_streets": sentence("Cross streets"),
    "tip": sentence("Which right"),
    "event": sentence("What it is"),
    "place": sentence("Place"),
    "day": sentence("Day"),
    "start": sentence("From what time"),
    "end": sentence("Until what time"),
    "languages": sentence("In which languages"),
    "authority": sentence("Who announced it"),
    "notice": sentence("What was announced"),
    "from": sentence("From when"),
    "until": sentence("Until when"),
    "url": sentence("Address of the source"),
    "school": sentence("Site"),
    "area": sentence("Area"),
    "basis": sentence("What it stands on"),
    "observer": sentence("The observer's name code"),
    "seen_at": sentence("Minutes since it was seen"),
    "ends_at": sentence("Minutes until it ends"),
}

HELP: Final[dict[str, str]] = {
    "cross_streets": sentence("Two streets, as 1st & Soto. Never a house number, never a name of a person."),
    "place": sentence("The name of a public place, in at most 40 letters. No house number."),
    "url": sentence("The authority's own page. It begins with https://"),
    "observer": sentence("Only the code, never the name."),
}

CHANNELS: Final[dict[str, str]] = {"sms": sentence("texts"), "voice": sentence("calls")}
LANGUAGES: Final[dict[str, str]] = {"en": sentence("English"), "es": sentence("Spanish")}

# Why one did not arrive, or has not left yet: ours by name, the carrier's by code.
REASONS: Final[dict[str, str]] = {
    "night": sentence("It is night there: waits until morning"),
    "expired": sentence("The alert was over before its turn came"),
    "cancelled": sentence("Stopped by a person"),
    "superseded": sentence("A newer message took its place"),
    "rested": sentence("Their number failed twice before and is rested"),
    "blocked": sentence("They told our number to stop"),
    "opted_out": sentence("They asked for no more texts"),
    "erased": sentence("They asked to be erased"),
    "double": sentence("The same number twice: sent once"),
    "no_wording": sentence("They chose calls, and there is no approved wording for calls"),
    "no_answer": sentence("The carrier did not answer: being looked up"),
    "worker_lost": sentence("A worker was lost on the way: being looked up"),
    "never_found": sentence("Nobody knows whether it arrived"),
    "tries_used": sentence("Tried several times in vain"),
    "no_time": sentence("There was no time left to try again"),
    "bad_number": sentence("The number does not exist or takes no texts"),
    "permanent": sentence("The carrier cannot bring it there"),
    "retry": sentence("A passing trouble: tried again soon"),
    "slow_down": sentence("The carrier asked us to slow down"),
    "slow_account": sentence("The carrier asked us to slow down"),
    "hold": sentence("The carrier's queue is full: waits"),
    "hold_minute": sentence("The allowance of this minute is used up: waits"),
    "hold_day": sentence("The allowance of this day is used up: waits until midnight"),
    "hold_account": sentence("The account's allowance is used up: waits"),
    "hold_text": sentence("The carrier sends nothing there now: waits"),
    "stop_batch": sentence("Filtered as spam: the wording needs a review"),
    "stop_all": sentence("The account may not send now"),
    "fault": sentence("Our request was wrong: a defect to report"),
    "spend_limit": sentence("The daily spend limit is reached"),
}
CODES: Final[dict[int, str]] = {
    30003: sentence("The phone is off or has no signal"),
    30004: sentence("The recipient or their carrier blocks our texts"),
    30005: sentence("The number does not exist"),
    30006: sentence("A landline, or a phone that takes no texts"),
    30007: sentence("Filtered as spam: the wording needs a review"),
    30008: sentence("The recipient's carrier failed without saying why"),
    21610: sentence("They told our number to stop"),
    21614: sentence("A landline, or a phone that takes no texts"),
}
OTHER: Final = sentence("Another reason")


def reason_of(reason: str | None, code: int | None) -> str:
    """In words: the carrier's code says most, then our own reason."""
    if code is not None and code in CODES:
        return CODES[code]
    return REASONS.get(reason or "", OTHER)


def refusal_of(page: PageContext, refused: AlertRefused) -> str:
    """Why not, and what it is about."""
    detail = refused.detail
    field = FIELDS.get(detail.lower().partition(" ")[0])
    about = page.say(field) if field else detail
    return f"{page.say(REFUSALS[refused.reason])} {about}".strip()
