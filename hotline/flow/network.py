"""What one network fills into the texts: names, numbers, places, and fixed bilingual lists for alerts."""

from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from hotline.domain.language import Language
from hotline.flow.load import FlowFault

Bilingual = dict[Language, str]


class NetworkArea(BaseModel):
    """A named set of ZIP codes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    en: str
    es: str
    zips: tuple[str, ...]

    def name(self, language: Language) -> str:
        return self.en if language == "en" else self.es


class Network(BaseModel):
    """`network.yaml`: values by language, features switched on, lists from which alerts are made."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    values: dict[Language, dict[str, str]]
    features: frozenset[str] = frozenset()
    agencies: dict[str, Bilingual] = {}
    activities: dict[str, Bilingual] = {}
    other_agencies: dict[str, Bilingual] = {}
    areas: dict[str, NetworkArea] = {}


def load_network(path: Path) -> Network:
    """Read a network file. Raises FlowFault with the name of what is wrong."""
    try:
        return Network.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except OSError as fault:
        raise FlowFault(f"{path.name}: cannot be read: {fault.strerror}") from None
    except (yaml.YAMLError, ValidationError) as fault:
        raise FlowFault(f"{path.name}: {fault}") from None
