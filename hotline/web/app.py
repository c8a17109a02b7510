"""The web application, for uvicorn: `hotline.web.app:create` (a factory)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from anyio import CapacityLimiter
from fastapi import FastAPI
from starlette.routing import BaseRoute

from hotline.bootstrap import Parts, open_parts
from hotline.journal import open_journal
from hotline.settings import Settings, environment, read_settings
from hotline.web import health, status, webhooks
from hotline.web.addresses import Addresses
from hotline.web.door import Door
from hotline.web.intake import Intake
from hotline.web.office import Office

WEBHOOK_THREADS: Final = 12


def create() -> FastAPI:
    """Build the application from the environment. Raises BadSettings."""
    settings = read_settings(environment())
    open_journal(settings.log_level)
    return create_app(settings)


def create_app(settings: Settings) -> FastAPI:
    """Build the application; its connections open when it starts and close when it stops."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with open_parts(settings, WEBHOOK_THREADS) as parts:
            office = _office(parts)
            app.router.routes.extend(routes(office))
            yield
            await office.receipts.close()

    return FastAPI(
        title="Hotline",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )


def routes(office: Office) -> list[BaseRoute]:
    return [*webhooks.routes(office), *status.routes(office), *health.routes(office)]


def _office(parts: Parts) -> Office:
    return Office(
        line=parts.line,
        door=Door(parts.verifier, parts.account_sid),
        addresses=Addresses(parts.public_url),
        fault=parts.fault,
        threads=CapacityLimiter(WEBHOOK_THREADS),
        media_base=parts.media_base,
        carrier_handles_words=parts.carrier_handles_words,
        receipts=Intake(parts.redis_url),
    )
