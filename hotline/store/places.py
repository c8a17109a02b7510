"""Real US ZIP codes with place and time zone, from a packaged data set."""

from functools import lru_cache
from zoneinfo import ZoneInfo

import zipcodes


@lru_cache(maxsize=4096)
def place_of(zip_code: str) -> str | None:
    """`"90033"` -> `"Los Angeles 90033"`; None when no such ZIP code exists."""
    found = _first(zip_code)
    return f"{found['city']} {zip_code}" if found else None


@lru_cache(maxsize=4096)
def zone_of(zip_code: str) -> ZoneInfo | None:
    """The time zone people of a ZIP code live in."""
    found = _first(zip_code)
    return ZoneInfo(found["timezone"]) if found and found.get("timezone") else None


@lru_cache(maxsize=4096)
def position_of(zip_code: str) -> tuple[float, float] | None:
    """The middle of a ZIP code in degrees, north and east; None when it has none."""
    found = _first(zip_code)
    return (float(found["lat"]), float(found["long"])) if found and found.get("lat") else None


def _first(zip_code: str) -> dict[str, str] | None:
    if len(zip_code) != 5 or not zip_code.isascii() or not zip_code.isdigit():
        return None
    found: list[dict[str, str]] = zipcodes.matching(zip_code)  # type: ignore[no-untyped-call]
    return found[0] if found else None
