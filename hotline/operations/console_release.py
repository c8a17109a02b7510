"""Release an alert in the browser: another person than its author has read it again."""

from datetime import datetime

from hotline.operations.alert_refusals import AlertRefused, approver
from hotline.operations.alerts import find
from hotline.operations.line import Line
from hotline.operations.release import Released, release_by
from hotline.store.database import transaction


def release_here(line: Line, code: str, by: str, now: datetime) -> Released:
    """Release a draft in the name of who is signed in; what is wrong leaves it as it is.

    Raises AlertRefused: also when they wrote it themselves, or share a phone with who did.
    """
    person = approver(line, by)
    with transaction(line.database) as db:
        of = find(line, db, code, lock=True)
        if of.state not in {"draft", "asked"}:
            raise AlertRefused("state", code)
        released = release_by(line, db, of, person, now)
    if released.broadcast_id is not None:
        line.queue.wake("fan_out", released.broadcast_id)
    return released
