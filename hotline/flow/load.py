"""Read a folder of YAML into one Flow, and say in which file a fault is."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import ValidationError

from hotline.flow.clips import with_sounds
from hotline.flow.fault import WORDS_FILE, Fault, Flaw, FlowBroken, Kind, Sources
from hotline.flow.model import Flow

_KINDS: Final[dict[str, Kind]] = {"nodes": "node", "texts": "text", "topics": "topic", "words": "words"}


class _Plain(yaml.SafeLoader):
    """YAML whose words stay words: `yes`, `no` and `on` are what people text, not truth values."""


_Plain.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Plain.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


class FlowFault(Exception):
    """A flow cannot be used. The message names file, node and what to do; `faults` has them one by one."""

    def __init__(self, sentence: str, faults: tuple[Fault, ...] = ()) -> None:
        super().__init__(sentence)
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Written:
    """A folder as it was written: what the model is made of, and which file each piece came from."""

    raw: dict[str, Any]
    sources: Sources


def load_flow(folder: Path) -> Flow:
    """Load `*.yaml`, `words.yaml`, `texts/*.yaml` and the clips that texts name. Raises FlowFault."""
    return with_sounds(build_flow(read_folder(folder)), folder)


def build_flow(written: Written) -> Flow:
    """Make a Flow of what was written. Raises FlowFault."""
    try:
        return Flow.model_validate(written.raw)
    except ValidationError as fault:
        faults = tuple(_located(fault, written.sources))
        raise FlowFault("; ".join(map(str, faults)), faults) from None


def sources_of(folder: Path) -> Sources:
    """Which file each node, text and topic stands in. Raises FlowFault."""
    return read_folder(folder).sources


def read_folder(folder: Path) -> Written:
    """Read every file of a flow without looking into it. Raises FlowFault."""
    raw: dict[str, Any] = {"nodes": {}, "topics": [], "texts": {}}
    nodes, texts, topics = dict[str, str](), dict[str, str](), dict[str, str]()
    for path in sorted(folder.glob("*.yaml")):
        page = _read(path)
        if path.name == WORDS_FILE:
            raw["words"] = page
            continue
        if "start" in page:
            raw["start"] = page["start"]
        raw["topics"] += page.get("topics", [])
        topics |= {str(topic.get("goto")): path.name for topic in page.get("topics", [])}
        _merge(raw["nodes"], page.get("nodes", {}), path)
        nodes |= dict.fromkeys(page.get("nodes", {}), path.name)
    for path in sorted((folder / "texts").glob("*.yaml")):
        page = _read(path)
        _merge(raw["texts"], {name: _text(text) for name, text in page.items()}, path)
        texts |= dict.fromkeys(page, f"texts/{path.name}")
    return Written(raw, Sources(folder.name, nodes, texts, topics))


def _text(raw: dict[str, Any]) -> dict[str, Any]:
    return {("kind" if key == "class" else key): value for key, value in raw.items()}


def _read(path: Path) -> dict[str, Any]:
    try:
        page = yaml.load(path.read_text(encoding="utf-8"), Loader=_Plain)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as fault:
        raise _bad_file(path, f"not YAML: {fault}") from None
    if not isinstance(page, dict):
        raise _bad_file(path, "expected names and values at the top")
    return page


def _bad_file(path: Path, sentence: str) -> FlowFault:
    return FlowFault(f"{path.name}: {sentence}", (Fault(path.name, "", "", sentence),))


def _merge(into: dict[str, Any], more: dict[str, Any], path: Path) -> None:
    twice = into.keys() & more.keys()
    if twice:
        raise _bad_file(path, f"defined twice: {', '.join(sorted(twice))}")
    into |= more


def _located(fault: ValidationError, sources: Sources) -> Iterator[Fault]:
    for error in fault.errors():
        broken = error.get("ctx", {}).get("error")
        if isinstance(broken, FlowBroken):
            yield from map(sources.fault, broken.flaws)
        else:
            yield _misshapen(error["loc"], error["msg"], sources)


def _misshapen(place: tuple[int | str, ...], message: str, sources: Sources) -> Fault:
    """A value of the wrong shape, as pydantic tells it: `nodes`, then the node, then the way to it."""
    steps = [str(step) for step in place]
    kind = _KINDS.get(steps[0]) if steps else None
    if kind is None or len(steps) < 2:
        return Fault(sources.folder, ".".join(steps), "", message)
    flaw = Flaw(kind, steps[1], f"{'.'.join(steps[2:])}: {message}".lstrip(": "))
    return sources.fault(flaw)
