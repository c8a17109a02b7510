"""Words that mean something at any time, as YAML lists, folded and ready to compare."""

from functools import cached_property

from pydantic import BaseModel, ConfigDict

from hotline.domain.language import Language
from hotline.domain.words import by_first_word, fold
from hotline.flow.nodes import NodeId, WordList

# The carrier itself acts on these, each as a whole message (twilio.md 5.1); never topics of ours.
CARRIER_STOP = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "optout", "revoke"})
CARRIER_START = frozenset({"start", "yes", "unstop"})
CARRIER_HELP = frozenset({"help", "info"})
CARRIER_WORDS = CARRIER_STOP | CARRIER_START | CARRIER_HELP


_TABLES = (
    *("opt_out", "opt_out_weak", "opt_out_first", "start", "help"),
    *("menu", "person", "skip", "thanks", "yes", "no"),
)


class Urgent(BaseModel):
    """Phrases that mean danger now, and the node that answers them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    goto: NodeId
    phrases: WordList


class Words(BaseModel):
    """`flows/words.yaml`.

    `opt_out` and its kin are matched as whole messages; `opt_out_weak` opts out only while no
    question is open; `opt_out_phrases` inside a longer sentence pause alerts and ask.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    courtesy: WordList
    opt_out: WordList
    opt_out_weak: WordList
    opt_out_phrases: WordList
    opt_out_first: WordList
    start: WordList
    help: WordList
    menu: WordList
    person: WordList
    skip: WordList
    language: dict[Language, tuple[str, ...]]
    thanks: WordList
    yes: WordList
    no: WordList
    joining: WordList = {}
    urgent: tuple[Urgent, ...]
    nodes: dict[str, NodeId]

    @cached_property
    def courtesies(self) -> frozenset[str]:
        return frozenset(folded(self.courtesy))

    @cached_property
    def joining_words(self) -> frozenset[str]:
        """What stands between several answers and says nothing by itself."""
        return frozenset(folded(self.joining))

    @cached_property
    def tables(self) -> dict[str, dict[str, frozenset[Language]]]:
        """For each list, folded word -> the languages it belongs to."""
        return {name: folded(getattr(self, name)) for name in _TABLES}

    @cached_property
    def language_words(self) -> dict[str, Language]:
        return {fold(word): language for language, words in self.language.items() for word in words}

    @cached_property
    def opt_out_sentences(self) -> dict[str, frozenset[Language]]:
        return folded(self.opt_out_phrases)

    @cached_property
    def opt_out_sentences_by_word(self) -> dict[str, tuple[str, ...]]:
        return by_first_word(self.opt_out_sentences)

    @cached_property
    def urgent_phrases(self) -> dict[str, tuple[frozenset[Language], NodeId]]:
        """Folded phrase -> whose language it is, and the node that answers it."""
        return {
            phrase: (languages, entry.goto)
            for entry in self.urgent
            for phrase, languages in folded(entry.phrases).items()
        }

    @cached_property
    def urgent_phrases_by_word(self) -> dict[str, tuple[str, ...]]:
        return by_first_word(self.urgent_phrases)


def folded(words: WordList) -> dict[str, frozenset[Language]]:
    """`{"en": ["Video"], "es": ["vídeo"]}` -> `{"video": {"en", "es"}}`."""
    found: dict[str, set[Language]] = {}
    for language, listed in words.items():
        for word in listed:
            found.setdefault(fold(word), set()).add(language)
    return {word: frozenset(languages) for word, languages in found.items()}
