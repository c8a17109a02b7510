"""Pictures that came with reports and from the scene: with the carrier, fetched when somebody looks."""

from typing import Final

from hotline.operations.line import Line
from hotline.store import audit, observations, reports
from hotline.store.database import transaction

# How a picture begins -> what a browser may show. Anything else is not shown.
_KINDS: Final = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
)


class NoPicture(Exception):
    """There is none of this number."""


class OtherKind(Exception):
    """What was sent is no picture that a browser may show."""


def report_picture(line: Line, code: str, number: int, by: str) -> tuple[bytes, str]:
    """One picture of a report and its kind. Raises NoPicture, OtherKind and CarrierUnreachable."""
    with transaction(line.database) as db:
        told = reports.read(db, line.keyring, code)
        address = _pick(told.media if told else (), number)
        audit.record(db, by, "report.picture", code, line.clock(), {"number": number})
    return _fetched(line, address)


def scene_picture(line: Line, observation_id: int, number: int, by: str) -> tuple[bytes, str]:
    """One picture of an observation and its kind. Raises NoPicture, OtherKind and CarrierUnreachable."""
    with transaction(line.database) as db:
        seen = observations.by_id(db, line.keyring, observation_id)
        address = _pick(seen.media if seen else (), number)
        subject = str(observation_id)
        audit.record(db, by, "observation.picture", subject, line.clock(), {"number": number})
    return _fetched(line, address)


def _pick(media: tuple[str, ...], number: int) -> str:
    if not 1 <= number <= len(media):
        raise NoPicture
    return media[number - 1]


def _fetched(line: Line, address: str) -> tuple[bytes, str]:
    """No transaction is open while the carrier is asked."""
    body = line.records.picture(address)
    kind = next((kind for head, kind in _KINDS if body.startswith(head)), None)
    if kind is None and body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        kind = "image/webp"
    if kind is None:
        raise OtherKind
    return body, kind
