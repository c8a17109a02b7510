"""Server-sent events: a phone's whole state each time it changes."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

import orjson
from starlette.responses import StreamingResponse

from hotline.simulator.account import Phone
from hotline.simulator.carrier import Carrier
from hotline.simulator.views import phone_json

_KEEP_ALIVE_S: Final = 15.0


def event_stream(carrier: Carrier) -> StreamingResponse:
    """All phones at once, then each one that changes."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_stream(carrier), media_type="text/event-stream", headers=headers)


async def _stream(carrier: Carrier) -> AsyncIterator[bytes]:
    changed: dict[str, Phone] = dict(carrier.account.phones)
    wake = asyncio.Event()
    wake.set()

    def note(phone: Phone) -> None:
        changed[phone.number] = phone
        wake.set()

    stop = carrier.listen(note)
    try:
        while True:
            try:
                await asyncio.wait_for(wake.wait(), _KEEP_ALIVE_S)
            except TimeoutError:
                yield b": still here\n\n"
                continue
            wake.clear()
            phones, changed = list(changed.values()), {}
            for phone in phones:
                yield b"data: " + orjson.dumps(phone_json(carrier, phone)) + b"\n\n"
    finally:
        stop()
