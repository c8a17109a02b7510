"""What is wrong with a flow, and where: the file, the node or text, and the language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from hotline.domain.language import Language

Weight = Literal["fault", "warning"]
Kind = Literal["node", "text", "topic", "words"]

WORDS_FILE: Final = "words.yaml"


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One finding. `node` names a node or a text; `language` is empty where every language has it.

    A `warning` costs money or needs somebody's eye; a `fault` must not go live.
    """

    file: str
    node: str
    language: Language | Literal[""]
    sentence: str
    weight: Weight = "fault"

    def __str__(self) -> str:
        language = f" ({self.language})" if self.language else ""
        place = f"{self.file}: {self.node}{language}" if self.node else self.file
        return f"{place}: {self.sentence}"


@dataclass(frozen=True, slots=True)
class Flaw:
    """A finding before it is known in which file its node, text or topic stands."""

    kind: Kind
    name: str
    sentence: str
    language: Language | Literal[""] = ""
    weight: Weight = "fault"


class FlowBroken(ValueError):
    """Flaws that keep a Flow from existing."""

    def __init__(self, flaws: tuple[Flaw, ...]) -> None:
        super().__init__("; ".join(f"{flaw.kind} {flaw.name}: {flaw.sentence}" for flaw in flaws))
        self.flaws = flaws


@dataclass(frozen=True, slots=True)
class Sources:
    """File names by node id, by text id and, for topics, by where they lead."""

    folder: str = "flows"
    nodes: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    topics: Mapping[str, str] = field(default_factory=dict)

    def file_of(self, kind: Kind, name: str) -> str:
        match kind:
            case "node":
                return self.nodes.get(name, self.folder)
            case "text":
                return self.texts.get(name, f"{self.folder}/texts")
            case "topic":
                return self.topics.get(name) or self.nodes.get(name, self.folder)
            case "words":
                return WORDS_FILE

    def fault(self, flaw: Flaw) -> Fault:
        file = self.file_of(flaw.kind, flaw.name)
        return Fault(file, flaw.name, flaw.language, flaw.sentence, flaw.weight)
