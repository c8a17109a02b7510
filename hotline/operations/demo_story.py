"""The demo tells its story: a report by text, a pair who look, two who release, twenty phones, the all-clear.

Whoever acts in it does so by the doors that people have: texts from pretend phones, and the operations that
the console itself calls.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal, Protocol, TypeVar

from hotline.catalogs import sentence
from hotline.domain.phone import PhoneNumber
from hotline.operations import people
from hotline.operations.alerts import draft
from hotline.operations.demo_data import add_neighbour
from hotline.operations.incidents import describe, step
from hotline.operations.line import Line
from hotline.operations.people import Given
from hotline.operations.progress import progress
from hotline.operations.release import ask_release
from hotline.operations.verifying import ask_verifiers
from hotline.store import contacts, incidents, marks, reports
from hotline.store import people as roster
from hotline.store.database import transaction

Found = TypeVar("Found")
State = Literal["playing", "over", "broken"]

AREA: Final = "boyle_heights"
ZIP: Final = "90023"  # near the two who look, and not where the other people of the demo are
WITNESS: Final = "Chela"
WITNESSES: Final = tuple(f"+121355501{number}" for number in range(50, 60))  # another phone each time
LOOKING: Final = (("Vera", "+12135550193"), ("Memo", "+12135550194"))
APPROVER: Final = "+12135550191"
# With the three who are there from the beginning: twenty phones.
NEIGHBOURS: Final = tuple(f"+121355501{number}" for number in range(30, 47))
REPORT: Final = (
    "reportar",
    "SI",
    "1",
    "1st & Soto",
    "siguen",
    "4 y una van",
    "parados",
    "ICE",
    "nada",
    "OMITIR",
    "NO",
    "NO",
)
FIELDS: Final = {"cross_streets": "1st & Soto", "activity": "parking_lot", "agency": "ice"}

PACE_S: Final = 4.0  # so that one can read what happens
LOOK_EVERY_S: Final = 0.25
PATIENCE_S: Final = 240.0  # a sender of one segment a second needs a while for twenty phones
STUCK_AFTER: Final = timedelta(seconds=PATIENCE_S + 60)
MARK: Final = "demo story"
_WORD: Final = re.compile(r"\b(?:word|palabra) ([0-9A-Z]{4})\b")

# What happens, in its order; {INCIDENT}, {ALERT} and {CLEAR} are codes.
SCENES: Final[tuple[str, ...]] = (
    sentence("Twenty neighbours of Boyle Heights get alerts. Vera and Memo are on duty to go and look."),
    sentence("Chela sees agents from the bus stop. She texts “reportar” and answers one question at a time."),
    sentence("Her report stands in the console as incident {INCIDENT}. Nobody else has been told yet."),
    sentence("Ana, who dispatches, writes down the cross streets and asks the two nearest verifiers."),
    sentence("Vera and Memo answer GO from their phones. Each is told who comes along: two go, never one."),
    sentence("Vera texts what she sees. Now nothing is missing, and Ana confirms the incident."),
    sentence("Ana drafts the alert. She cannot release it herself: Bo gets a text with a word."),
    sentence("Bo has read alert {ALERT}, and answers with the word from his own phone. It goes out."),
    sentence("It arrives on twenty phones, in Spanish and in English."),
    sentence("Memo looks once more and texts NOTHING: they are gone."),
    sentence("Ana drafts the all-clear, and Bo releases it with another word."),
    sentence("All-clear {CLEAR} goes to the same twenty phones, and to no other. Ana closes the incident."),
)
FAILED: Final = sentence(
    "The story stopped here: what it waited for did not come. Are the pretend phones and the workers running?"
)


class Phones(Protocol):
    """Pretend phones that write to the hotline and show what it texted to them."""

    def name(self, number: str, name: str, language: str) -> None: ...

    def write(self, number: str, words: str) -> None: ...

    def read(self, number: str) -> Sequence[str]: ...


class StoryRefused(Exception):
    """It is told already at this moment, or this is no demo."""


class _Stopped(Exception):
    """What had to come did not."""


@dataclass(frozen=True, slots=True)
class Story:
    """How far it is: `scene` counts from 0; codes are empty until there are any."""

    scene: int
    state: State
    at: str
    incident: str = ""
    alert: str = ""
    clear: str = ""
    times: int = 0

    @property
    def witness(self) -> str:
        """The phone that reports, another one each time: nobody is asked why they report so much."""
        return WITNESSES[self.times % len(WITNESSES)]


@dataclass(frozen=True, slots=True)
class Stage:
    """The line it is told on, its phones, and how time passes (`wait` takes seconds)."""

    line: Line
    phones: Phones
    wait: Callable[[float], None]
    pace_s: float = PACE_S


def story_of(line: Line) -> Story | None:
    """How far the story is that was last told here; None when none was."""
    with transaction(line.database) as db:
        told = marks.read(db, MARK)
    return Story(**json.loads(told)) if told else None


def begin(line: Line, now: datetime) -> Story:
    """Say that it is told from now on, to every process. Raises StoryRefused."""
    if line.mode != "demo":
        raise StoryRefused
    before = story_of(line)
    if before and before.state == "playing" and now - datetime.fromisoformat(before.at) < STUCK_AFTER:
        raise StoryRefused
    times = before.times + 1 if before else 0
    return _note(line, Story(0, "playing", "", times=times), now)


def tell(stage: Stage, story: Story, show: Callable[[Story], None] = lambda story: None) -> Story:
    """Tell it from the beginning; `show` is called as each scene begins, and at its end. Returns the end."""
    try:
        for number, play in enumerate(_PLAYS):
            story = _note(stage.line, replace(story, scene=number), stage.line.clock())
            show(story)
            story = play(stage, story)
            stage.wait(stage.pace_s)
        story = replace(story, state="over")
    except Exception:
        story = replace(story, state="broken")
        raise
    finally:
        if story.state != "playing":
            story = _note(stage.line, story, stage.line.clock())
            show(story)
    return story


def said_of(story: Story, number: int, say: Callable[[str], str]) -> str:
    """One scene in words."""
    said = say(SCENES[number])
    for name, code in (("INCIDENT", story.incident), ("ALERT", story.alert), ("CLEAR", story.clear)):
        said = said.replace(f"{{{name}}}", code)
    return said


def _note(line: Line, story: Story, now: datetime) -> Story:
    noted = replace(story, at=now.isoformat(timespec="seconds"))
    with transaction(line.database) as db:
        marks.put(db, MARK, json.dumps(asdict(noted), separators=(",", ":")), now)
    return noted


def _gather(stage: Stage, story: Story) -> Story:
    line, now = stage.line, stage.line.clock()
    for number in NEIGHBOURS:
        add_neighbour(line, number, "es", ZIP, now)
    for name, number in LOOKING:
        with transaction(line.database) as db:
            is_known = roster.by_name(db, line.keyring, name) is not None
        if not is_known:
            given = Given(name, number, ("verifier",), "Red de Prueba", ("es",), "es", (ZIP,))
            people.add(line, given, "demo", now)
        stage.phones.name(number, name, "es")
    for count, number in enumerate(NEIGHBOURS, 4):
        stage.phones.name(number, f"{count}", "es")
    stage.phones.name(story.witness, WITNESS, "es")
    return story


def _report(stage: Stage, story: Story) -> Story:
    number = story.witness
    for words in REPORT:
        before = len(stage.phones.read(number))
        stage.phones.write(number, words)
        _await(stage, lambda since=before: len(stage.phones.read(number)) > since)  # type: ignore[misc]
        stage.wait(stage.pace_s / 4)
    return replace(story, incident=_await(stage, lambda: _incident_of(stage.line, number, story)))


def _incident_of(line: Line, number: str, story: Story) -> str:
    """The incident of what was reported from this number since the story began; empty while there is none."""
    with transaction(line.database) as db:
        contact = contacts.find(db, line.keyring, PhoneNumber(number))
        for told in reports.latest(db, line.keyring):
            is_it = contact is not None and told.contact_id == contact and told.state == "finished"
            if is_it and told.incident_id and told.created_at.isoformat(timespec="seconds") >= story.at:
                found = incidents.by_id(db, line.keyring, told.incident_id)
                return found.code if found else ""
    return ""


def _look_at_it(stage: Stage, story: Story) -> Story:
    return story


def _ask(stage: Stage, story: Story) -> Story:
    line = stage.line
    describe(line, story.incident, "Ana", FIELDS, ZIP, line.clock())
    _await(stage, lambda: all(line.people().named(name) for name, _ in LOOKING))
    ask_verifiers(line, story.incident, "Ana", "demo", line.clock())
    for _, number in LOOKING:
        _await_text(stage, number, story.incident)
    return story


def _go(stage: Stage, story: Story) -> Story:
    for _, number in LOOKING:
        _answer(stage, number, f"VOY {story.incident}")
    return story


def _see(stage: Stage, story: Story) -> Story:
    _answer(stage, LOOKING[0][1], f"VISTO {story.incident} cuatro agentes y una van")
    stage.wait(stage.pace_s / 2)
    step(stage.line, story.incident, "confirmed", "Ana", "Vera", stage.line.clock())
    return story


def _draft(stage: Stage, story: Story) -> Story:
    line = stage.line
    code = draft(line, line.clock(), "actual", {}, "Ana", area=AREA, incident=story.incident)
    _ask_bo(stage, code)
    return replace(story, alert=code)


def _release(stage: Stage, story: Story) -> Story:
    _answer_word(stage, story.alert)
    return story


def _arrive(stage: Stage, story: Story) -> Story:
    _await(stage, lambda: _has_arrived(stage.line, story.alert))
    return story


def _gone(stage: Stage, story: Story) -> Story:
    _answer(stage, LOOKING[1][1], f"NADA {story.incident}")
    return story


def _clear(stage: Stage, story: Story) -> Story:
    line = stage.line
    code = draft(line, line.clock(), "all_clear", {}, "Ana", follows=story.alert, incident=story.incident)
    _ask_bo(stage, code)
    _answer_word(stage, code)
    return replace(story, clear=code)


def _end(stage: Stage, story: Story) -> Story:
    _await(stage, lambda: _has_arrived(stage.line, story.clear))
    step(stage.line, story.incident, "closed", "Ana", "Memo", stage.line.clock())
    return story


_PLAYS: Final = (
    _gather, _report, _look_at_it, _ask, _go, _see, _draft, _release, _arrive, _gone, _clear, _end,
)  # fmt: skip


def _ask_bo(stage: Stage, code: str) -> None:
    ask_release(stage.line, code, "Ana", "Bo", stage.line.clock())
    _await_text(stage, APPROVER, code)


def _answer_word(stage: Stage, code: str) -> None:
    """Bo reads the word in the text about this alert, and sends it back."""
    asked = [text for text in stage.phones.read(APPROVER) if code in text]
    found = [word for text in asked for word in _WORD.findall(text)]
    if not found:
        raise _Stopped
    _answer(stage, APPROVER, found[-1])


def _answer(stage: Stage, number: str, words: str) -> None:
    """Text from a phone, and wait for what comes back."""
    before = len(stage.phones.read(number))
    stage.phones.write(number, words)
    _await(stage, lambda: len(stage.phones.read(number)) > before)


def _await_text(stage: Stage, number: str, words: str) -> None:
    _await(stage, lambda: any(words in text for text in stage.phones.read(number)))


def _has_arrived(line: Line, code: str) -> bool:
    found = progress(line, code, line.clock())
    return found.is_written and not found.count("pending", "held", "sending", "accepted", "sent")


def _await(stage: Stage, look: Callable[[], Found]) -> Found:
    """Look until there is something. Raises _Stopped."""
    waited_s = 0.0
    while not (found := look()):
        if waited_s >= PATIENCE_S:
            raise _Stopped
        stage.wait(LOOK_EVERY_S)
        waited_s += LOOK_EVERY_S
    return found
