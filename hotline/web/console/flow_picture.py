"""Where the nodes of a flow stand in its picture, and the lines between them: layers by distance."""

from collections import deque
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from hotline.flow.model import Flow
from hotline.flow.nodes import NodeId, links

WIDTH: Final = 170
HEIGHT: Final = 64
GAP: Final = 26
LAYER: Final = 66
PER_ROW: Final = 5
MARGIN: Final = 20
_LONGEST_LABEL: Final = 20


@dataclass(frozen=True, slots=True)
class Box:
    """A node as it is drawn: its corner, and how many links lead to nodes of other flows."""

    node: NodeId
    label: str
    kind: str
    x: int
    y: int
    leads_out: int


@dataclass(frozen=True, slots=True)
class Arrow:
    """`path` is the `d` of an SVG path; `is_back` leads to where one was before, or beside."""

    path: str
    is_back: bool


@dataclass(frozen=True, slots=True)
class Picture:
    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def distances(flow: Flow) -> dict[NodeId, int]:
    """Steps from the start of the flow; a node that only words lead to is one step from anywhere."""
    found: dict[NodeId, int] = {flow.start: 0}
    by_words = [goto for goto, _ in flow.topic_words.values()]
    by_words += [*flow.words.nodes.values(), *(entry.goto for entry in flow.words.urgent)]
    waiting = deque([flow.start])
    _walk(flow, found, waiting)
    for node in by_words:
        if node not in found:
            found[node] = 1
            _walk(flow, found, deque([node]))
    return found | {node: 1 for node in flow.nodes if node not in found}


def _walk(flow: Flow, found: dict[NodeId, int], waiting: deque[NodeId]) -> None:
    while waiting:
        node = waiting.popleft()
        for goto in links(flow.nodes[node]):
            if goto in flow.nodes and goto not in found:
                found[goto] = found[node] + 1
                waiting.append(goto)


def draw(flow: Flow, nodes: Collection[NodeId], far: Mapping[NodeId, int]) -> Picture:
    """The picture of some nodes of a flow."""
    rows = _rows(nodes, far)
    places = {node: (column, row) for row, of in enumerate(rows) for column, node in enumerate(of)}
    width = 2 * MARGIN + PER_ROW * (WIDTH + GAP) - GAP
    corners = {node: (MARGIN + column * (WIDTH + GAP), _top(row)) for node, (column, row) in places.items()}
    boxes = tuple(
        Box(node, _short(node), flow.nodes[node].kind, *corners[node], _leads_out(flow, node, places))
        for node in places
    )
    arrows = tuple(_arrows(flow, corners))
    return Picture(width, _top(len(rows)) - LAYER + MARGIN, boxes, arrows)


def _rows(nodes: Collection[NodeId], far: Mapping[NodeId, int]) -> list[list[NodeId]]:
    """One row for each distance, broken where it is too long."""
    rows: list[list[NodeId]] = []
    for distance in sorted({far[node] for node in nodes}):
        layer = [node for node in nodes if far[node] == distance]
        rows += [layer[place : place + PER_ROW] for place in range(0, len(layer), PER_ROW)]
    return rows


def _top(row: int) -> int:
    return MARGIN + row * (HEIGHT + LAYER)


def _leads_out(flow: Flow, node: NodeId, inside: Collection[NodeId]) -> int:
    return len({goto for goto in links(flow.nodes[node]) if goto not in inside})


def _arrows(flow: Flow, corners: Mapping[NodeId, tuple[int, int]]) -> Iterable[Arrow]:
    for node, (x, y) in corners.items():
        for goto in dict.fromkeys(links(flow.nodes[node])):
            if goto in corners and goto != node:
                yield _arrow((x, y), corners[goto])


def _arrow(start: tuple[int, int], end: tuple[int, int]) -> Arrow:
    """Down from the bottom to the top; back and beside from side to side."""
    (x, y), (to_x, to_y) = start, end
    if to_y > y:
        at, to, bend = x + WIDTH // 2, to_x + WIDTH // 2, (to_y - y - HEIGHT) // 2
        path = f"M{at} {y + HEIGHT} C{at} {y + HEIGHT + bend} {to} {to_y - bend} {to} {to_y - 4}"
        return Arrow(path, is_back=False)
    side = WIDTH if to_x >= x else 0
    at, to = x + side, to_x + (WIDTH if side and to_x == x else WIDTH - side)
    out = 30 if side else -30
    into = out if to_x == x else -out
    end_x = to + (4 if into > 0 else -4)
    middle, to_middle = y + HEIGHT // 2, to_y + HEIGHT // 2
    return Arrow(
        f"M{at} {middle} C{at + out} {middle} {to + into} {to_middle} {end_x} {to_middle}", is_back=True
    )


def _short(node: NodeId) -> str:
    return node if len(node) <= _LONGEST_LABEL else node[: _LONGEST_LABEL - 1] + "…"
