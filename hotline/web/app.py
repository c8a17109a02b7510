"""The web application, for uvicorn: `hotline.web.app:create` (a factory)."""

from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Final

from fastapi import FastAPI

from hotline.bootstrap import Parts, open_parts
from hotline.flow.clips import Clip, read_clips
from hotline.journal import open_journal
from hotline.settings import Settings, environment, read_settings
from hotline.web import audio, feeds, health, status, webhooks
from hotline.web.addresses import Addresses
from hotline.web.api.build import ROOT as API
from hotline.web.api.build import build_api
from hotline.web.console.build import add_console, close_desk, open_desk
from hotline.web.console.frame import add_answers
from hotline.web.console.headers import Headers
from hotline.web.console.page import ROOT as CONSOLE
from hotline.web.counting import counting
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
            clips = read_clips(settings.flows_dir, parts.line.flow)
            office = _office(parts, threads, clips)
            app.include_router(health.router(office))
            app.include_router(audio.router(clips.values()))
            desk = open_desk(parts, settings.map_tiles, settings.flows_dir, clips)
            add_console(app, desk)
            app.include_router(feeds.router(desk))
            app.mount(API, build_api(desk))
            front.open(office, webhooks.webhooks(office) | status.webhooks())
            with counting(parts.line):
                yield
            close_desk(desk)
            await office.receipts.close()

    inside = FastAPI(
        title="Hotline",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    add_answers(inside)
    is_secure = settings.public_url.startswith("https://")
    front = Front(Headers(inside, CONSOLE, map_tiles=settings.map_tiles, is_secure=is_secure))
    return front


def _office(parts: Parts, threads: ThreadPoolExecutor, clips: Mapping[str, Clip]) -> Office:
    addresses = Addresses(parts.public_url)

    def audio_url(file: str) -> str | None:
        return addresses.audio(clips[file].name) if file in clips else None

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
        call_mouth=CallMouth(addresses, parts.line.voice_number, audio_url),
    )
