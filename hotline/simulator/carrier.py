"""The carrier's parts put together, and the tasks it has running."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, Final

from hotline.simulator.account import Account, Phone
from hotline.simulator.clock import Clock, RealClock
from hotline.simulator.config import Config
from hotline.simulator.media import Links
from hotline.simulator.misbehaviour import Misbehaviour, Plan
from hotline.simulator.rates import SenderQueue
from hotline.simulator.signature import Signer
from hotline.simulator.transport import HttpTransport, Transport
from hotline.simulator.webhooks import Webhooks

_CALLBACKS_AT_ONCE: Final = 100


class Carrier:
    """One pretend carrier with one account."""

    def __init__(
        self, config: Config, clock: Clock | None = None, transport: Transport | None = None
    ) -> None:
        self.config = config
        self.clock: Clock = clock or RealClock(config.speed)
        self.transport = transport or HttpTransport()
        self.account = _account(config)
        self.links = Links(config.auth_token)
        self.misbehaviour = Misbehaviour(config.seed)
        self.webhooks = Webhooks(
            Signer(config.auth_token, config.webhook_key),
            self.transport,
            self.clock,
            lambda: self.account.new_sid("IT"),
            config.hotline_url,
            config.public_url,
        )
        # Callbacks wait here for their turn, so that a slow customer does not use up their 15 seconds.
        self.callback_room = asyncio.Semaphore(_CALLBACKS_AT_ONCE)
        self.next_call_at = 0.0  # seconds on the clock: calls per second of the account
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_stopping = False
        self._listeners: set[Callable[[Phone], None]] = set()

    @property
    def in_flight(self) -> int:
        """Work not finished: messages on their way, calls, callbacks."""
        return len(self._tasks)

    def now(self) -> datetime:
        return self.clock.now()

    def seconds(self) -> float:
        return self.clock.seconds()

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        if self._is_stopping:
            work.close()
            return
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.account.error(self.now(), 0, f"fault in the pretend carrier: {error!r}")

    def sender(self, number: str) -> SenderQueue:
        """The sender's line, at the rate in force."""
        plan = self.misbehaviour.plan
        rate = self.config.rate_per_sender if plan.rate_per_sender is None else plan.rate_per_sender
        room_s = self.config.queue_s if plan.queue_s is None else plan.queue_s
        line = self.account.senders.get(number)
        if line is None:
            line = self.account.senders[number] = SenderQueue(rate, room_s)
        line.rate, line.room_s = rate, room_s
        return line

    def obey(self, plan: Plan) -> None:
        self.misbehaviour.obey(plan)
        self.webhooks.latency_s = plan.webhook_latency_s

    def error(self, code: int, message: str, url: str = "", sid: str = "") -> None:
        self.account.error(self.now(), code, message, url, sid)

    def listen(self, listener: Callable[[Phone], None]) -> Callable[[], None]:
        """Be told when a phone changes; gives what stops it."""
        self._listeners.add(listener)
        return lambda: self._listeners.discard(listener)

    def changed(self, number: str) -> None:
        """Something a phone shows has changed."""
        phone = self.account.phones.get(number)
        if phone is None:
            return
        phone.version += 1
        for listener in tuple(self._listeners):
            listener(phone)

    def changed_by(self, message_sid: str) -> None:
        """The phone that shows this message has changed."""
        message = self.account.messages.get(message_sid)
        if message is not None:
            self.changed(message.person)

    async def reset(self) -> None:
        """Forget everything and behave again."""
        await self.stop()
        self.account = _account(self.config)
        self.misbehaviour = Misbehaviour(self.config.seed)
        self.obey(Plan())
        self.next_call_at = 0.0

    async def stop(self) -> None:
        self._is_stopping = True
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._is_stopping = False

    async def close(self) -> None:
        await self.stop()
        await self.transport.close()


def _account(config: Config) -> Account:
    account = Account(config.seed)
    for setup in config.phones:
        account.phones[setup.number] = Phone(setup.number, setup.name, setup.language)
    return account
