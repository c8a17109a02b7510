"""Is the process alive, and can the line do its work?"""

from contextlib import suppress

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import JSONResponse, Response

from hotline.store.database import DatabaseAway, is_ready
from hotline.web.broadcast_metrics import broadcast_metrics
from hotline.web.office import Office


def router(office: Office) -> APIRouter:
    """GET /health/live, /health/ready and /metrics."""
    made = APIRouter()

    @made.get("/health/live")
    async def live() -> Response:
        return JSONResponse({"status": "alive"})

    @made.get("/health/ready")
    async def ready() -> Response:
        """503 without the database; without Redis the line works on, slower, and says so. So it does when
        there is no dispatcher whom callers could reach."""
        database = await office.work(is_ready, office.line.database)
        queue = await office.work(office.line.queue.is_ready)
        state = {"database": "ready" if database else "away", "redis": "ready" if queue else "away"}
        with suppress(DatabaseAway):
            roster = await office.work(office.line.people)
            state["dispatchers"] = "some" if roster.with_role("dispatcher") else "none"
        return JSONResponse(state, status_code=200 if database else 503)

    @made.get("/metrics")
    async def metrics() -> Response:
        """Counts for Prometheus: kinds and amounts, nobody's number. The proxy keeps it inside.

        Without the database only what this process counted itself.
        """
        counted = generate_latest()
        with suppress(DatabaseAway):
            counted += await office.work(broadcast_metrics, office.line, office.now())
        return Response(counted, media_type=CONTENT_TYPE_LATEST)

    return made
