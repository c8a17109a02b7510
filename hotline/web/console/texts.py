"""Texts and recordings in the browser: what waits for review, both languages side by side, decisions."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hotline.catalogs import sentence
from hotline.domain.language import CHANNELS, LANGUAGES, Channel, Language
from hotline.flow.texts import REVIEW_DAYS, Gate, Volatility
from hotline.operations import text_history
from hotline.operations.text_history import LONGEST_NOTE, STANDINGS, Form, Reviewed, Standing
from hotline.operations.texts import REASONS, Approval, ReviewRefused, block
from hotline.store.reviews import Decision
from hotline.web.console.forms import Form as FormOfPage
from hotline.web.console.page import Page, PageContext
from hotline.web.console.routes import Routes

routes = Routes("texts")

STANDING_WORDS: Final[dict[Standing, str]] = {
    "blocked": sentence("Blocked"),
    "second": sentence("Waits for a second person"),
    "changed": sentence("Changed since it was approved"),
    "draft": sentence("Never approved"),
    "overdue": sentence("Review is over"),
    "due soon": sentence("Due within 14 days"),
    "approved": sentence("Approved"),
}
TONES: Final[dict[Standing, str]] = {
    "blocked": "bad",
    "second": "busy",
    "changed": "busy",
    "draft": "busy",
    "overdue": "bad",
    "due soon": "busy",
    "approved": "good",
}
GATES: Final[dict[Gate, str]] = {
    "line": sentence("Required: production does not start without it."),
    "signup": sentence("Required: nobody can sign up without it."),
    "voicemail": sentence("Required: there is no voicemail without it."),
    "alerts": sentence("Required: no alert of this kind goes out without it."),
}
TOPIC: Final = sentence("A topic: when it may not be said, the rights essentials and a person are offered.")
VOLATILITY: Final[dict[Volatility, str]] = {
    "low": sentence("changes seldom"),
    "medium": sentence("changes now and then"),
    "high": sentence("changes often"),
    "very_high": sentence("changes all the time"),
}
DECISIONS: Final[dict[Decision, str]] = {
    "proposed": sentence("Reviewed; waits for a second person"),
    "approved": sentence("Approved"),
    "blocked": sentence("Blocked"),
    "draft": sentence("Back to draft"),
}
LANGUAGE_WORDS: Final[dict[Language, str]] = {"es": sentence("Spanish"), "en": sentence("English")}
CHANNEL_WORDS: Final[dict[Channel, str]] = {"sms": sentence("As a text"), "voice": sentence("On a call")}
_WORDS: Final[dict[str, Any]] = {
    "standings": STANDING_WORDS,
    "tones": TONES,
    "languages": LANGUAGE_WORDS,
    "channels": CHANNEL_WORDS,
}


@routes.get("/texts", needs="texts.see")
def show_queue(page: Page, show: str = "") -> Response:
    queue = text_history.review_queue(page.line, page.now)
    chosen = next((one for one in STANDINGS if one == show), None)
    waiting = [one for one in queue if one.standing != "approved"]
    rows = (
        [one for one in queue if one.standing == chosen] if chosen else (queue if show == "all" else waiting)
    )
    return page.show(
        "texts/list.html",
        rows=rows,
        show=chosen or ("all" if show == "all" else ""),
        counts=text_history.counts(queue),
        total=len(queue),
        waiting=len(waiting),
        clips=page.desk.clips,
        **_WORDS,
    )


@routes.get("/texts/recordings", needs="texts.see")
def show_clips(page: Page) -> Response:
    """Which spoken texts have a recording in which language."""
    rows = [
        (name, {language: text.audio.get(language) for language in LANGUAGES})
        for name, text in page.line.flow.texts.items()
        if text.voice
    ]
    return page.show("texts/clips.html", rows=rows, clips=page.desk.clips, **_WORDS)


@routes.get("/texts/{text_id}", needs="texts.see")
def show_text(page: Page, text_id: str) -> Response:
    return _show(page, text_id)


@routes.post("/texts/{text_id}/approve", needs="texts.review")
def approve_text(page: Page, text_id: str, form: FormOfPage) -> Response:
    given = {name: form.text(name, 200) for name in ("by", "on", "language_by", "language_on")}
    try:
        approval = Approval(
            given["by"], _day(page, given["on"]), given["language_by"], _day(page, given["language_on"])
        )
        entered = text_history.enter(page.line, text_id, approval, page.me.name, form.all("seen"), page.now)
    except ReviewRefused as refused:
        return _show(page, text_id, refused, given)
    if entered == "proposed":
        return page.go(f"/texts/{text_id}", "Entered. Somebody else must confirm it before it counts.")
    return page.go(f"/texts/{text_id}", "Approved. Every process knows within 5 seconds.")


@routes.post("/texts/{text_id}/confirm", needs="texts.review")
def confirm_text(page: Page, text_id: str, form: FormOfPage) -> Response:
    try:
        text_history.confirm(page.line, text_id, page.me.name, form.all("seen"), page.now)
    except ReviewRefused as refused:
        return _show(page, text_id, refused)
    return page.go(f"/texts/{text_id}", "Approved. Every process knows within 5 seconds.")


@routes.get("/texts/{text_id}/block", needs="texts.block")
def ask_to_block(page: Page, text_id: str) -> Response:
    return page.show("texts/block.html", one=_find(page, text_id), note="", wrong="")


@routes.post("/texts/{text_id}/block", needs="texts.block")
def block_text(page: Page, text_id: str, form: FormOfPage) -> Response:
    one = _find(page, text_id)
    note = form.text("note", LONGEST_NOTE)
    if len(note) < 3:
        wrong = page.say("Write in a few words what changed.")
        return page.show("texts/block.html", one=one, note=note, wrong=wrong, status=422)
    block(page.line, text_id, page.me.name, page.now, note)
    return page.go(
        f"/texts/{text_id}", "Blocked in every language and channel. Every process knows within 5 seconds."
    )


def _show(
    page: PageContext,
    text_id: str,
    refused: ReviewRefused | None = None,
    given: Mapping[str, str] | None = None,
) -> Response:
    one = _find(page, text_id)
    today = page.now.astimezone(page.line.hours.zone).date().isoformat()
    known = {"by": "", "on": today, "language_by": "", "language_on": today}
    return page.show(
        "texts/one.html",
        one=one,
        sides=_sides(one),
        proposal=next((form.proposal for form in one.forms if form.proposal), None),
        history=text_history.decisions_on(page.line, text_id),
        refused=page.say(REASONS[refused.reason]) if refused else "",
        given=given or known,
        about=TOPIC if one.text.kind == "topic" else GATES[one.text.gate],
        volatility=VOLATILITY[one.text.volatility],
        review_days=REVIEW_DAYS[one.text.volatility],
        decisions=DECISIONS,
        clips=page.desk.clips,
        status=409 if refused else 200,
        **_WORDS,
    )


def _sides(one: Reviewed) -> list[tuple[Channel, list[Form]]]:
    """The wordings of each channel, the languages side by side."""
    found: list[tuple[Channel, list[Form]]] = []
    for channel in CHANNELS:
        forms = [
            form
            for language in LANGUAGES
            for form in one.forms
            if form.channel == channel and form.language == language
        ]
        if forms:
            found.append((channel, forms))
    return found


def _find(page: PageContext, text_id: str) -> Reviewed:
    one = text_history.one_text(page.line, text_id, page.now)
    if one is None:
        raise HTTPException(404)
    return one


def _day(page: PageContext, written: str) -> date:
    """As a browser's date field gives it; today where it is empty. Raises HTTPException 422."""
    today: Any = page.now.astimezone(page.line.hours.zone).date()
    try:
        return date.fromisoformat(written) if written else today
    except ValueError:
        raise HTTPException(422) from None
