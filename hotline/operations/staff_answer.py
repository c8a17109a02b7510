"""What is answered to somebody of the staff who texted from their own phone."""

from dataclasses import dataclass

from hotline.domain.person import Person
from hotline.flow.library import Library
from hotline.flow.reply import Part, Reply, Tell
from hotline.operations.line import Line


@dataclass(frozen=True, slots=True)
class StaffAnswer:
    """Replies, and what to wake after the commit. `is_secret`: what they texted is not kept."""

    replies: tuple[Reply, ...]
    wakes: tuple[tuple[str, int | None], ...] = ()
    is_secret: bool = False


def say_to(line: Line, library: Library, person: Person, sentence: str, **values: object) -> Tell:
    """A staff sentence in the person's language, its `{NAMES}` filled."""
    words = line.gettext(person.language, sentence)
    for name, value in values.items():
        words = words.replace(f"{{{name}}}", str(value))
    return Tell((Part(person.language, library.prefix + words),))
