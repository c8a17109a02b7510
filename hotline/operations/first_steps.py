"""From nothing to the first test alert: what is done already, and what comes next."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from hotline.catalogs import sentence
from hotline.domain.language import LANGUAGES
from hotline.domain.permission import Permission
from hotline.domain.person import Roster
from hotline.operations.line import Line
from hotline.store import accounts, first_steps
from hotline.store.database import transaction

StepName = Literal["people", "second", "texts", "subscriber", "test_alert"]
Standing = Literal["done", "missing", "spared"]

# What has its wording approved before the first alert, and for which gates.
GATES: Final = frozenset({"line", "signup", "alerts"})


@dataclass(frozen=True, slots=True)
class FirstStep:
    """One step: why, where it is done, and who may do it there."""

    name: StepName
    title: str
    why: str
    path: str
    needs: Permission


STEPS: Final[tuple[FirstStep, ...]] = (
    FirstStep(
        "people",
        sentence("Two people: one who dispatches, another who approves"),
        sentence("Nobody releases their own alert, so it takes two. Invite each with a link of their own."),
        "/console/people",
        "people.edit",
    ),
    FirstStep(
        "second",
        sentence("A second proof for everybody who signs in"),
        sentence(
            "A password alone can be guessed or seen. An app with codes, or a passkey, is a second key."
        ),
        "/console/account",
        "account.own",
    ),
    FirstStep(
        "texts",
        sentence("Texts that a lawyer and a speaker of the language have approved"),
        sentence("Nothing is said that nobody has read. What waits stands in the review queue."),
        "/console/texts",
        "texts.review",
    ),
    FirstStep(
        "subscriber",
        sentence("Somebody who gets alerts: begin with your own phone"),
        sentence("Text ALERTS to the hotline, then your ZIP code, then YES. You are counted here at once."),
        "/console/subscribers",
        "subscribers.see",
    ),
    FirstStep(
        "test_alert",
        sentence("A test alert, written by one and released by the other"),
        sentence("It says that it is a test. Whoever signed up for the area gets it; you see it arrive."),
        "/console/alerts/new?kind=test",
        "alerts.draft",
    ),
)


def standings(line: Line) -> dict[StepName, Standing]:
    """How each step stands at this moment; a demo is spared the second proof."""
    with transaction(line.database) as db:
        have_second = accounts.with_accounts(db).values()
        has_subscriber, has_tested = first_steps.has_subscriber(db), first_steps.has_tested(db)
    found: dict[StepName, Standing] = {
        "people": _standing(_are_two(line.people())),
        "second": _standing(bool(have_second) and all(have_second)),
        "texts": _standing(not lacking_texts(line)),
        "subscriber": _standing(has_subscriber),
        "test_alert": _standing(has_tested),
    }
    if line.mode == "demo" and found["second"] == "missing":
        found["second"] = "spared"
    return found


def wait_for(line: Line, permissions: Collection[Permission]) -> bool:
    """Is something missing that somebody with these permissions can do?"""
    found = standings(line)
    return any(found[step.name] == "missing" and step.needs in permissions for step in STEPS)


def lacking_texts(line: Line) -> Sequence[str]:
    """Required texts that may not be said yet, in whatever language or channel."""
    library = line.library()
    return [
        text_id
        for text_id, text in line.flow.texts.items()
        if text.kind == "required"
        and text.gate in GATES
        and any(
            not library.is_approved(text_id, language, channel)
            for language, channel in text.forms()
            if language in LANGUAGES
        )
    ]


def _are_two(roster: Roster) -> bool:
    """A dispatcher, and an approver who is somebody else."""
    dispatchers = {person.id for person in roster.with_role("dispatcher")}
    approvers = {person.id for person in roster.with_role("approver")}
    return bool(dispatchers and approvers) and len(dispatchers | approvers) > 1


def _standing(is_done: bool) -> Standing:
    return "done" if is_done else "missing"
