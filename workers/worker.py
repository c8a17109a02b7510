"""An RQ worker that stays in its process and listens to one queue."""

from types import FrameType

from rq import Queue, SimpleWorker

from hotline.store.queue import Role, queue_name
from workers.parts import Tools


class OneQueueWorker(SimpleWorker):
    """Work in this process: connections, threads and opened wordings are kept from job to job, and a
    fork for each job costs five times as much. A crash is handled by leases, not by a child.

    One queue, so that a job is moved and not popped (RQ loses a popped one when its worker is killed).
    """

    max_connection_wait_time = 2.0  # the timetable works on meanwhile

    def __init__(self, tools: Tools, role: Role) -> None:
        queue = Queue(queue_name(role), connection=tools.waiting_redis)
        super().__init__([queue], connection=tools.waiting_redis)
        self._tools = tools

    def _install_signal_handlers(self) -> None:
        """From here on RQ hears the signals; one that came just before must not be forgotten, or the
        process would wait for a job until Redis lets it go."""
        super()._install_signal_handlers()  # type: ignore[no-untyped-call]
        if self._tools.stopping.is_set():
            self._stop_requested = True

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """End after what is in flight; asked twice, at once (leases bring back what was lost)."""
        self._tools.stopping.set()
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]
