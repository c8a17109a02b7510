"""The flows in the browser: the picture of each, and how many conversations stand where now."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hotline.catalogs import sentence
from hotline.flow.model import Flow
from hotline.flow.nodes import Node, NodeId, links, texts_named
from hotline.operations.flow_counts import NodeCount, at_nodes
from hotline.web.console.flow_picture import Picture, distances, draw
from hotline.web.console.page import Page, PageContext
from hotline.web.console.routes import Routes

routes = Routes("flows")

ALL: Final = "all"  # where no file is known, the whole is one flow
KINDS: Final[Mapping[str, str]] = {
    "say": sentence("says something"),
    "menu": sentence("offers a choice"),
    "ask": sentence("asks"),
    "branch": sentence("takes one of two ways"),
    "transfer": sentence("to a person"),
    "voicemail": sentence("voicemail"),
    "subscribe": sentence("signs up"),
    "report": sentence("a report"),
    "act": sentence("does something"),
    "goto": sentence("goes on"),
    "end": sentence("the end"),
}


@dataclass(frozen=True, slots=True)
class Stop:
    """One node as the list tells it; `onward` are the nodes it may lead to, with the flow of each."""

    node: NodeId
    of: Node
    onward: tuple[tuple[NodeId, str], ...]
    texts: tuple[str, ...]
    count: NodeCount


@routes.get("/flows", needs="flows.see")
def show_list(page: Page) -> Response:
    flow: Flow = page.line.flow
    files = _files(page)
    counts = _counts(page)
    rows = [
        (
            name,
            len(nodes),
            sum(counts[node].here for node in nodes),
            sum(counts[node].today for node in nodes),
            flow.start in nodes,
        )
        for name, nodes in files.items()
    ]
    return page.show("flows/list.html", rows=rows)


@routes.get("/flows/{name}", needs="flows.see")
def show_flow(page: Page, name: str) -> Response:
    _nodes(page, name)
    return page.show("flows/one.html", **_shown(page, name))


@routes.get("/flows/{name}/live", needs="flows.see")
def follow_flow(page: Page, name: str) -> Response:
    _nodes(page, name)
    topic = f"flow:{name}:{page.language}"
    return page.follow(topic, lambda: page.text("flows/one.html", "counts", **_shown(page, name)).strip())


def _shown(page: PageContext, name: str) -> dict[str, Any]:
    flow: Flow = page.line.flow
    nodes, counts, home = _nodes(page, name), _counts(page), _home(page)
    far = distances(flow)
    picture: Picture = draw(flow, nodes, far)
    ordered = sorted(nodes, key=lambda node: far[node])
    stops = [
        Stop(
            node,
            flow.nodes[node],
            tuple((goto, home.get(goto, name)) for goto in dict.fromkeys(links(flow.nodes[node]))),
            texts_named(flow.nodes[node]),
            counts[node],
        )
        for node in ordered
    ]
    return {"name": name, "picture": picture, "stops": stops, "counts": counts, "kinds": KINDS}


def _home(page: PageContext) -> dict[NodeId, str]:
    """The flow of each node, by the name of its file."""
    files = page.desk.flow_files
    return {node: files.get(node, ALL).removesuffix(".yaml") for node in page.line.flow.nodes}


def _files(page: PageContext) -> dict[str, list[NodeId]]:
    found: dict[str, list[NodeId]] = {}
    for node, name in _home(page).items():
        found.setdefault(name, []).append(node)
    return found


def _nodes(page: PageContext, name: str) -> list[NodeId]:
    nodes = _files(page).get(name)
    if nodes is None:
        raise HTTPException(404)
    return nodes


def _counts(page: PageContext) -> dict[NodeId, NodeCount]:
    """Of this moment: what turns counted is written every few seconds."""
    line, now = page.line, page.desk.line.clock()
    return at_nodes(line.database, line.flow.nodes, line.limits.session_hours, now, line.hours.zone)
