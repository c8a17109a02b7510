"""Is the process alive, and can the line do its work?"""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hotline.store.database import is_ready
from hotline.web.office import Office


def routes(office: Office) -> list[Route]:
    async def live(request: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def ready(request: Request) -> Response:
        """503 without the database; without Redis the line works on, slower, and says so."""
        database = await office.work(is_ready, office.line.database)
        queue = await office.work(office.line.queue.is_ready)
        state = {"database": "ready" if database else "away", "redis": "ready" if queue else "away"}
        return JSONResponse(state, status_code=200 if database else 503)

    return [
        Route("/health/live", live, methods=["GET", "HEAD"]),
        Route("/health/ready", ready, methods=["GET", "HEAD"]),
    ]
