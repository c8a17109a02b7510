"""The front of the house: the carrier's addresses are answered here, every other goes on inside.

Written on ASGI itself because every text, key press and receipt of a worst morning passes here; what a
framework does for a page on the way in would cost more than the answer (benchmarks/README.md).
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from hotline.channels.twilio.errors import BadWebhook
from hotline.channels.twilio.form import Form
from hotline.web.office import REFUSALS, Office
from hotline.web.request import Refused, WebhookAnswer, WebhookRequest, read_request, send_answer

PREFIX: Final = "/twilio/"

# The carrier gives up after 15 s and says its own English error; a person must hear ours before that,
# also when the database hangs or every thread is busy.
ANSWER_WITHIN_S: Final = 10.0

Handler = Callable[[Office, WebhookRequest, Form], Awaitable[WebhookAnswer]]


@dataclass(frozen=True, slots=True)
class Webhook:
    """How one address answers. `broken` is said when something inside breaks."""

    handler: Handler
    broken: WebhookAnswer


class Front:
    """An ASGI application before another one."""

    def __init__(self, inside: Any) -> None:
        self._inside = inside
        self._office: Office | None = None
        self._exact: Mapping[str, Webhook] = {}
        self._open: Mapping[str, Webhook] = {}

    def open(self, office: Office, webhooks: Mapping[str, Webhook]) -> None:
        """Answer at these paths; one that ends in a slash takes what follows it."""
        self._office = office
        self._exact = {path: webhook for path, webhook in webhooks.items() if not path.endswith("/")}
        self._open = {path: webhook for path, webhook in webhooks.items() if path.endswith("/")}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or not path.startswith(PREFIX):
            await self._inside(scope, receive, send)
            return
        await send_answer(send, await self._answer(scope, receive, path))

    async def _answer(self, scope: Any, receive: Any, path: str) -> WebhookAnswer:
        prefix, webhook = self._find(path)
        if webhook is None or self._office is None:
            return WebhookAnswer(404)
        if scope["method"] != "POST":
            return WebhookAnswer(405)
        try:
            request = await read_request(scope, receive, prefix)
            form = self._office.door.admit(request)
            async with asyncio.timeout(ANSWER_WITHIN_S):
                return await webhook.handler(self._office, request, form)
        except Refused as refused:
            REFUSALS.labels(refused.reason).inc()
            return WebhookAnswer(refused.status)
        except BadWebhook as fault:
            REFUSALS.labels(type(fault).__name__).inc()
            return WebhookAnswer(fault.status)
        except Exception as fault:
            self._office.count_fault(prefix, fault)
            return webhook.broken

    def _find(self, path: str) -> tuple[str, Webhook | None]:
        if path in self._exact:
            return path, self._exact[path]
        prefix, slash, tail = path.rpartition("/")
        return (prefix + slash, self._open.get(prefix + slash)) if tail else (path, None)
