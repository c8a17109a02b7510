"""Read a folder of YAML into one Flow, and say in which file a fault is."""

import re
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from hotline.flow.model import Flow


class _Plain(yaml.SafeLoader):
    """YAML whose words stay words: `yes`, `no` and `on` are what people text, not truth values."""


_Plain.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Plain.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


class FlowFault(Exception):
    """A flow cannot be used. The message names file, node and what to do."""


def load_flow(folder: Path) -> Flow:
    """Load `*.yaml`, `words.yaml` and `texts/*.yaml`. Raises FlowFault."""
    raw: dict[str, Any] = {"nodes": {}, "topics": [], "texts": {}}
    for path in sorted(folder.glob("*.yaml")):
        page = _read(path)
        if path.name == "words.yaml":
            raw["words"] = page
            continue
        if "start" in page:
            raw["start"] = page["start"]
        raw["topics"] += page.get("topics", [])
        _merge(raw["nodes"], page.get("nodes", {}), path)
    for path in sorted((folder / "texts").glob("*.yaml")):
        _merge(raw["texts"], {name: _text(text) for name, text in _read(path).items()}, path)
    try:
        return Flow.model_validate(raw)
    except ValidationError as fault:
        raise FlowFault(f"{folder.name}: {_sentence(fault)}") from None


def _text(raw: dict[str, Any]) -> dict[str, Any]:
    return {("kind" if key == "class" else key): value for key, value in raw.items()}


def _read(path: Path) -> dict[str, Any]:
    try:
        page = yaml.load(path.read_text(encoding="utf-8"), Loader=_Plain)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as fault:
        raise FlowFault(f"{path.name}: not YAML: {fault}") from None
    if not isinstance(page, dict):
        raise FlowFault(f"{path.name}: expected names and values at the top")
    return page


def _merge(into: dict[str, Any], more: dict[str, Any], path: Path) -> None:
    twice = into.keys() & more.keys()
    if twice:
        raise FlowFault(f"{path.name}: defined twice: {', '.join(sorted(twice))}")
    into |= more


def _sentence(fault: ValidationError) -> str:
    return "; ".join(_fault_line(error["loc"], error["msg"]) for error in fault.errors())


def _fault_line(place: tuple[int | str, ...], message: str) -> str:
    where = ".".join(str(step) for step in place)
    return f"{where}: {message.removeprefix('Value error, ')}".lstrip(": ")
