"""The ceiling: endpoints that do nothing, on the same server as the hotline."""

from fastapi import FastAPI
from starlette.responses import Response

app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)


@app.post("/async")
async def empty_async() -> Response:
    return Response(status_code=204)


@app.post("/sync")
def empty_sync() -> Response:
    return Response(status_code=204)
