"""Wake-ups through RQ: a job is a name and at most one id; losing one loses seconds."""

from dataclasses import dataclass
from typing import Any, Final, Literal, cast, get_args

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue as RqQueue
from rq.worker_registration import WORKERS_BY_QUEUE_KEY

_log = structlog.get_logger()

Role = Literal["send", "receipts", "rest"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)


@dataclass(frozen=True, slots=True)
class Job:
    """Where a job runs: one queue for each role, because a worker with several can lose jobs."""

    function: str
    role: Role


JOBS: Final[dict[str, Job]] = {
    "messages": Job("workers.jobs.deliver", "send"),
    "deliver": Job("workers.jobs.deliver", "send"),
    "drain": Job("workers.jobs.drain", "receipts"),
    "fetch_receipts": Job("workers.jobs.fetch_receipts", "receipts"),
    "fan_out": Job("workers.jobs.fan_out", "rest"),
    "reconcile": Job("workers.jobs.reconcile", "rest"),
    "sweep": Job("workers.jobs.sweep", "rest"),
    "ring": Job("workers.jobs.ring", "rest"),
    "deletions": Job("workers.jobs.deletions", "rest"),
    "retention": Job("workers.jobs.retention_of_the_day", "rest"),
    "hooks": Job("workers.jobs.tell_hooks", "rest"),
}

# A wake-up that was asked for and not yet begun is not asked for again; should it be lost, it may be
# after this time.
_ASKED_FOR_MS: Final = 3000
# Above the 20 s a job works and the 35 s its last requests may take: RQ's alarm is the last resort.
JOB_TIMEOUT_S: Final = 180
FAILURES_KEPT_S: Final = 86_400


def queue_name(role: Role) -> str:
    return f"hotline-{role}"


def workers_at(redis: Redis, role: Role) -> int:
    """How many workers of a role there are, over all hosts. Raises redis.exceptions.RedisError."""
    return int(cast(Any, redis.scard(WORKERS_BY_QUEUE_KEY % queue_name(role))))


def waiting_at(redis: Redis, role: Role) -> int:
    """How many wake-ups wait for a role. Raises redis.exceptions.RedisError."""
    return int(RqQueue(queue_name(role), connection=redis).count)


def asked_mark(job: str, identifier: int | None) -> str:
    return f"hotline:asked:{JOBS[job].function}:{identifier if identifier is not None else ''}"


class RedisQueue:
    """Implements hotline.domain.ports.Queue."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._queues = {role: RqQueue(queue_name(role), connection=redis) for role in ROLES}

    def wake(self, job: str, identifier: int | None = None) -> None:
        """Ask a worker to look. Never raises for a Redis that is away; an unknown name is a defect."""
        found = JOBS[job]
        try:
            if self._redis.set(asked_mark(job, identifier), b"1", nx=True, px=_ASKED_FOR_MS):
                self._queues[found.role].enqueue(
                    found.function,
                    args=() if identifier is None else (identifier,),
                    job_timeout=JOB_TIMEOUT_S,
                    result_ttl=0,
                    failure_ttl=FAILURES_KEPT_S,
                )
        except RedisError as fault:
            _log.warning("queue.away", job=job, why=type(fault).__name__)

    def is_ready(self) -> bool:
        """Does Redis answer?"""
        try:
            return bool(self._redis.ping())
        except RedisError:
            return False


def begun(redis: Redis, job: str, identifier: int | None = None) -> None:
    """A worker looks now: what comes up from here on needs a new wake-up."""
    try:
        redis.delete(asked_mark(job, identifier))
    except RedisError as fault:
        _log.warning("queue.away", job=job, why=type(fault).__name__)
