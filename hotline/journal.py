"""The log: one line of JSON for each event, with ids and kinds, never a number or a text."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, Final

import structlog

# The last line of defence: what looks like a telephone number never reaches a log.
_NUMBER: Final = re.compile(r"\+?\d[\d\s().-]{8,}\d")
_SAFE: Final = frozenset({"timestamp", "sid", "request_id", "key"})


def open_journal(level: str) -> None:
    """Send the log to standard error. Libraries speak only when they warn."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(message)s", force=True)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_numbers,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def _without_numbers(_: Any, __: str, event: MutableMapping[str, Any]) -> dict[str, Any]:
    return {
        name: _NUMBER.sub("…", value) if isinstance(value, str) and name not in _SAFE else value
        for name, value in event.items()
    }
