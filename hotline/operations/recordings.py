"""News about recordings."""

from hotline.operations.line import Line
from hotline.store import recordings
from hotline.store.database import transaction


def recording_ready(line: Line, sid: str) -> None:
    """The carrier has the audio: from now on it can be fetched and played."""
    with transaction(line.database) as db:
        recordings.mark_ready(db, line.keyring, sid, line.clock())
