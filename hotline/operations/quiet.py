"""Where it is night, for what is not urgent: by the time zone of each recipient's ZIP code."""

from collections.abc import Sequence
from datetime import datetime

from hotline.domain.alert import quiet_until
from hotline.store.places import zone_of


def quiet_zips(zips: Sequence[str], now: datetime) -> list[str]:
    """The ZIP codes where quiet hours hold now. One that has no known time zone is never quiet."""
    return [zip_code for zip_code in zips if ends_quiet(zip_code, now)]


def ends_quiet(zip_code: str, now: datetime) -> datetime | None:
    """When the quiet hours of a ZIP code end; None when there are none now."""
    zone = zone_of(zip_code)
    return quiet_until(now, zone) if zone else None
