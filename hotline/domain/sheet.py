"""What an alert is drafted from: ids of lists and checked fields, no wording."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from hotline.domain.alert import AlertKind, Basis


@dataclass(frozen=True, slots=True)
class Sheet:
    """`follows` and `incident` are codes; `origin` is the ZIP code of what was seen."""

    kind: AlertKind
    values: Mapping[str, str] = field(default_factory=dict)
    area: str | None = None
    basis: Basis | None = None
    observer: str | None = None
    seen_at: datetime | None = None
    ends_at: datetime | None = None
    follows: str | None = None
    origin: str | None = None
    incident: str | None = None
