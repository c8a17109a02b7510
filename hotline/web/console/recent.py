"""What takes a moment to count is counted once for everybody, and again a few seconds later."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar, cast

import structlog

_log = structlog.get_logger("console")
T = TypeVar("T")

FRESH: Final = timedelta(seconds=15)
# What is older is shown for so long while it is counted anew; beyond, whoever asks waits.
STALE: Final = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class _Counted:
    value: Any
    at: datetime


class Recent:
    """Values by key. One thread makes a value at a time; others see the last one meanwhile."""

    def __init__(self, is_patient: bool = False) -> None:
        """`is_patient`: never show what is older than FRESH, but wait (tests)."""
        self._stale = FRESH if is_patient else STALE
        self._values: dict[str, _Counted] = {}
        self._making: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, key: str, make: Callable[[], T], now: datetime) -> T:
        """The value of a key. Raises whatever `make` raises when there is no value yet."""
        known = self._values.get(key)
        age = abs(now - known.at) if known else None
        if known and age is not None and age < FRESH:
            return cast(T, known.value)
        with self._lock:
            making = self._making.setdefault(key, threading.Lock())
        if known is None or age is None or age >= self._stale:
            with making:
                newer = self._values.get(key)
                if newer is None or newer is known:
                    self._values[key] = newer = _Counted(make(), now)
                return cast(T, newer.value)
        if making.acquire(blocking=False):
            threading.Thread(target=self._again, args=(key, make, now, making), daemon=True).start()
        return cast(T, known.value)

    def drop(self, key: str) -> None:
        """It changed by an act of ours: whoever asks next waits for the new value."""
        self._values.pop(key, None)

    def _again(self, key: str, make: Callable[[], Any], now: datetime, making: threading.Lock) -> None:
        try:
            self._values[key] = _Counted(make(), now)
        except Exception as fault:  # what was counted last stands until it is too old
            _log.warning("recent.failed", key=key, why=type(fault).__name__)
        finally:
            making.release()
