"""The web application, for uvicorn: `hotline.web.app:create` (a factory)."""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Final

from fastapi import FastAPI

from hotline.bootstrap import Parts, open_parts
from hotline.journal import open_journal
from hotline.settings import Settings, environment, read_settings
from hotline.web import health, status, webhooks
from hotline.web.addresses import Addresses
from hotline.web.door import Door
from hotline.web.front import Front
from hotline.web.intake import Intake
from hotline.web.mouths import CallMouth, TextMouth
from hotline.web.office import Office

WEBHOOK_THREADS: Final = 8


def create() -> Front:
    """Build the application from the environment. Raises BadSettings."""
    settings = read_settings(environment())
    open_journal(settings.log_level)
    return create_app(settings)


def create_app(settings: Settings) -> Front:
    """Build the application; its connections open when it starts and close when it stops."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with (
            open_parts(settings, WEBHOOK_THREADS) as parts,
            ThreadPoolExecutor(WEBHOOK_THREADS, "webhook") as threads,
        ):
            office = _office(parts, threads)
            app.include_router(health.router(office))
            front.open(office, webhooks.webhooks(office) | status.webhooks())
            yield
            await office.receipts.close()

    inside = FastAPI(
        title="Hotline",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    front = Front(inside)
    return front


def _office(parts: Parts, threads: ThreadPoolExecutor) -> Office:
    addresses = Addresses(parts.public_url)
    return Office(
        line=parts.line,
        door=Door(parts.verifier, parts.account_sid),
        addresses=addresses,
        fault=parts.fault,
        threads=threads,
        media_base=parts.media_base,
        carrier_handles_words=parts.carrier_handles_words,
        receipts=Intake(parts.redis_url),
        text_mouth=TextMouth(addresses),
        call_mouth=CallMouth(addresses, parts.line.voice_number),
    )
