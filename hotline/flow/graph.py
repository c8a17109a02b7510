"""Draw a flow as a Mermaid graph: nodes by kind, links with the key or word that takes them."""

import re
from collections.abc import Iterator

from hotline.flow.model import Flow
from hotline.flow.nodes import AGAIN, Ask, Branch, Choice, Menu, Node, NodeId, Transfer, links

_SHAPES = {"menu": ("{{", "}}"), "ask": ("[/", "/]"), "branch": ("{", "}"), "end": ("([", "])")}


def mermaid(flow: Flow) -> str:
    """The whole graph as Mermaid text, in the order of the YAML."""
    lines = ["flowchart LR", *_entries(flow)]
    for name, node in flow.nodes.items():
        lines.append(f"  {_id(name)}{_shape(name, node)}")
        lines += _arrows(name, node)
    return "\n".join(lines)


def _entries(flow: Flow) -> Iterator[str]:
    yield '  call(("call"))'
    yield f"  call --> {_id(flow.start)}"
    yield '  text(("text"))'
    words: dict[NodeId, str] = {}
    for word, (goto, _) in flow.topic_words.items():
        words.setdefault(goto, word)
    for goto, word in words.items():
        yield f'  text -. "{word}" .-> {_id(goto)}'
    for entry in flow.words.urgent:
        yield f'  text -. "urgent phrase" .-> {_id(entry.goto)}'


def _shape(name: NodeId, node: Node) -> str:
    left, right = _SHAPES.get(node.kind, ("[", "]"))
    return f'{left}"{name}"{right}'


def _arrows(name: NodeId, node: Node) -> Iterator[str]:
    """Arrows with what takes them; where nothing is told apart, plain ones."""
    labelled = dict[tuple[NodeId, str], None]()
    match node:
        case Menu():
            labelled |= _chosen(node.choices)
            labelled[node.silence, "silence"] = None
        case Ask():
            labelled |= _chosen(node.answer.choices)
            labelled[node.goto, "answer"] = None
            labelled[node.give_up, "no answer"] = None
        case Branch():
            labelled = {(node.goto, node.on): None, (node.otherwise, "otherwise"): None}
        case Transfer():
            labelled = {
                (node.answered, "answered"): None,
                (node.unanswered, "unanswered"): None,
                (node.after_text, "text"): None,
            }
        case _:
            labelled = {(goto, ""): None for goto in links(node)}
    for goto, label in labelled:
        yield f'  {_id(name)} -- "{label}" --> {_id(goto)}' if label else f"  {_id(name)} --> {_id(goto)}"


def _chosen(choices: tuple[Choice, ...]) -> dict[tuple[NodeId, str], None]:
    return {
        (choice.goto, choice.key or choice.value or ""): None
        for choice in choices
        if choice.goto and choice.goto != AGAIN
    }


def _id(name: NodeId) -> str:
    """Mermaid takes neither dots nor its own words (`end`) as ids."""
    return "n_" + re.sub(r"\W", "_", name)
