"""Put the console together: its rooms, its files, its answers."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from hotline.bootstrap import Parts
from hotline.catalogs import load_catalogs
from hotline.flow.clips import Clip
from hotline.flow.load import sources_of
from hotline.operations import sessions
from hotline.settings import ROOT
from hotline.store.database import open_database
from hotline.store.queue_state import look_at_queues
from hotline.web.console.desk import Desk, Say
from hotline.web.console.live import Live
from hotline.web.console.rooms import LINKS, ROUTES
from hotline.web.console.templates import STATIC, STATIC_PATH, Templates

CONNECTIONS = 8


def open_desk(
    parts: Parts,
    map_tiles: str = "",
    flows_dir: Path | None = None,
    clips: Mapping[str, Clip] | None = None,
    say: Say | None = None,
) -> Desk:
    """A desk with database connections of its own; `close_desk` ends them."""
    database = open_database(parts.line.database.url.render_as_string(hide_password=False), CONNECTIONS)
    return Desk(
        line=replace(parts.line, database=database),
        templates=Templates(),
        live=Live(),
        say=say or load_catalogs(ROOT / "locales"),
        public_url=parts.public_url,
        map_tiles=map_tiles,
        clips=clips or {},
        flow_files=sources_of(flows_dir).nodes if flows_dir else {},
        queues=partial(look_at_queues, parts.redis_url),
        phones_url=parts.media_base,
    )


def close_desk(desk: Desk) -> None:
    desk.line.database.dispose()


def add_console(app: FastAPI, desk: Desk) -> None:
    """Make the console answer below /console; its answers for faults are added before it starts."""
    app.state.desk = desk
    desk.live.watch_with(lambda ids: sessions.standing(desk.line, ids, desk.line.clock()))
    app.state.rooms = LINKS
    for routes in ROUTES:
        app.include_router(routes.router)
    app.mount(STATIC_PATH, StaticFiles(directory=STATIC))
