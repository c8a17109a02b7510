"""A turn in the making: the one mutable thing in the engine, made and finished within one call."""

from dataclasses import dataclass, field

from hotline.domain.language import LANGUAGES, Language
from hotline.flow.effect import Effect, RememberLanguage
from hotline.flow.facts import Facts
from hotline.flow.library import Library
from hotline.flow.lists import ANSWER, said
from hotline.flow.model import Flow
from hotline.flow.nodes import Ask
from hotline.flow.reply import Part, Reply, Tell
from hotline.flow.session import Session, Turn


@dataclass(slots=True)
class Draft:
    flow: Flow
    library: Library
    facts: Facts
    session: Session
    replies: list[Reply] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)

    def speak(self, language: Language | None) -> None:
        """Go on in this language from here, and remember it."""
        if language and language != self.session.language:
            self.session = self.session.with_changes(language=language)
            self.effects.append(RememberLanguage(language))

    def parts(self, text: str, languages: tuple[Language, ...] = (), **values: str) -> tuple[Part, ...]:
        """The text in the contact's language, or in every language while it is unknown.

        A text that has no form for the channel gives no parts.
        """
        channel = self.session.channel
        if not self.library.has(text, channel):
            return ()
        spoken = languages or ((self.session.language,) if self.session.language else LANGUAGES)
        known = {"AREA": self.facts.area, "ID": self.session.report or ""} | self._answers() | values
        chosen = self.session.answers.get(ANSWER)
        if chosen is None:
            return tuple(self.library.part(text, language, channel, **known) for language in spoken)
        return tuple(
            self.library.part(
                text,
                language,
                channel,
                **known | {"LISTS": said(self.library, chosen, language, channel)},
            )
            for language in spoken
        )

    def tell(self, text: str, languages: tuple[Language, ...] = (), **values: str) -> None:
        parts = self.parts(text, languages, **values)
        if parts:
            self.replies.append(Tell(parts))

    def question(self) -> Ask | None:
        """The open question, if there is one."""
        node = self.flow.nodes.get(self.session.node or "")
        return node if isinstance(node, Ask) else None

    def finish(self) -> Turn:
        session = self.session.with_changes(turns=self.session.turns + 1)
        return Turn(session, tuple(self.replies), tuple(self.effects))

    def _answers(self) -> dict[str, str]:
        return {name.upper(): value for name, value in self.session.answers.items()}


def only(languages: frozenset[Language]) -> Language | None:
    """The language a word belongs to, when it belongs to one alone."""
    return next(iter(languages)) if len(languages) == 1 else None
