"""A Flow that exists is valid: links, languages and words are checked on construction."""

from functools import cached_property

from pydantic import BaseModel, ConfigDict, model_validator

from hotline.domain.language import LANGUAGES, Language
from hotline.flow.fault import Flaw, FlowBroken, Kind
from hotline.flow.nodes import AGAIN, Menu, Node, NodeId, WordList, links, texts_named
from hotline.flow.texts import Text
from hotline.flow.words import CARRIER_WORDS, Words, folded

RIGHTS_ESSENTIALS = "core"


class Topic(BaseModel):
    """Words that lead to a node from anywhere, where no menu offers it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    goto: NodeId
    words: WordList


class Flow(BaseModel):
    """The whole graph. Raises pydantic.ValidationError naming node and fault."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: NodeId
    nodes: dict[NodeId, Node]
    topics: tuple[Topic, ...] = ()
    words: Words
    texts: dict[str, Text]

    @model_validator(mode="after")
    def _is_whole(self) -> "Flow":
        flaws = (
            *self._loose_links(),
            *self._unknown_texts(),
            *self._missing_languages(),
            *self._word_flaws(),
        )
        if flaws:
            raise FlowBroken(flaws)
        return self

    @cached_property
    def topic_words(self) -> dict[str, tuple[NodeId, frozenset[Language]]]:
        """Folded words -> where they lead from anywhere, and whose language they are."""
        found: dict[str, tuple[NodeId, frozenset[Language]]] = {}
        for goto, words in self._topic_lists():
            found |= {word: (goto, languages) for word, languages in folded(words).items()}
        return found

    @cached_property
    def longest_topic(self) -> int:
        """Words in the longest topic phrase."""
        return max((word.count(" ") + 1 for word in self.topic_words), default=1)

    def _topic_lists(self) -> list[tuple[NodeId, WordList]]:
        menus = [
            (choice.goto, choice.words)
            for node in self.nodes.values()
            if isinstance(node, Menu)
            for choice in node.choices
            if choice.goto and choice.words
        ]
        return menus + [(topic.goto, topic.words) for topic in self.topics]

    def _loose_links(self) -> list[Flaw]:
        named: set[tuple[Kind, str, NodeId]] = {
            ("node", name, goto) for name, node in self.nodes.items() for goto in links(node)
        }
        named.add(("node", "start", self.start))
        named |= {("topic", topic.goto, topic.goto) for topic in self.topics}
        named |= {("words", f"nodes.{name}", goto) for name, goto in self.words.nodes.items()}
        named |= {("words", "urgent", entry.goto) for entry in self.words.urgent}
        return [
            Flaw(kind, name, f"goto {goto} does not exist")
            for kind, name, goto in sorted(named)
            if goto not in self.nodes and goto != AGAIN
        ]

    def _unknown_texts(self) -> list[Flaw]:
        return [
            Flaw("node", name, f"text {text} does not exist")
            for name, node in self.nodes.items()
            for text in texts_named(node)
            if text not in self.texts
        ]

    def _missing_languages(self) -> list[Flaw]:
        return [
            Flaw("text", name, f"{channel} is missing", language)
            for name, text in self.texts.items()
            for channel, forms in (("sms", text.sms), ("voice", text.voice))
            for language in LANGUAGES
            if forms and not forms.get(language, "").strip()
        ]

    def _word_flaws(self) -> list[Flaw]:
        flaws, seen = list[Flaw](), dict[str, NodeId]()
        for goto, words in self._topic_lists():
            for word in folded(words):
                if word in CARRIER_WORDS:
                    flaws.append(Flaw("topic", goto, f"{word!r} is a word of the carrier"))
                if seen.setdefault(word, goto) != goto:
                    flaws.append(Flaw("topic", goto, f"{word!r} means {seen[word]} too"))
        return flaws
