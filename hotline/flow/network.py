"""What one network fills into the texts: names, numbers, places, and fixed bilingual lists for alerts."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hotline.domain.language import Language
from hotline.domain.verification import Asking, Rule
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


class NetworkRule(BaseModel):
    """When an incident counts as confirmed: one of three ways, each seen within so many minutes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    verifiers: Annotated[int, Field(ge=1)] = 1
    reports: Annotated[int, Field(ge=1)] = 2
    photos: Annotated[int, Field(ge=0)] = 1
    takes_statements: bool = True
    minutes: Annotated[int, Field(ge=1, le=30)] = 30

    @property
    def rule(self) -> Rule:
        within = timedelta(minutes=self.minutes)
        return Rule(self.verifiers, self.reports, self.photos, self.takes_statements, within)


class NetworkAsking(BaseModel):
    """How verifiers are asked: the minutes after which the next are asked, and how many at most."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    minutes: Annotated[int, Field(ge=1, le=60)] = 10
    most: Annotated[int, Field(ge=2, le=50)] = 8

    @property
    def asking(self) -> Asking:
        return Asking(timedelta(minutes=self.minutes), self.most)


class Network(BaseModel):
    """`network.yaml`: values by language, features switched on, lists from which alerts are made."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    values: dict[Language, dict[str, str]]
    features: frozenset[str] = frozenset()
    agencies: dict[str, Bilingual] = {}
    activities: dict[str, Bilingual] = {}
    other_agencies: dict[str, Bilingual] = {}
    events: dict[str, Bilingual] = {}
    event_languages: dict[str, Bilingual] = {}
    authorities: dict[str, Bilingual] = {}
    announcements: dict[str, Bilingual] = {}
    areas: dict[str, NetworkArea] = {}
    confirmed: NetworkRule = NetworkRule()
    asking: NetworkAsking = NetworkAsking()


def load_network(path: Path) -> Network:
    """Read a network file. Raises FlowFault with the name of what is wrong."""
    try:
        return Network.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except OSError as fault:
        raise FlowFault(f"{path.name}: cannot be read: {fault.strerror}") from None
    except (yaml.YAMLError, ValidationError) as fault:
        raise FlowFault(f"{path.name}: {fault}") from None
