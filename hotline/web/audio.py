"""Recorded clips for the carrier to play: public, few, and the same for ever under the same name."""

from collections.abc import Iterable
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from hotline.flow.clips import Clip

_FOR_EVER: Final = "public, max-age=31536000, immutable"  # RFC 8246: the name is made of the content


def router(clips: Iterable[Clip]) -> APIRouter:
    """GET and HEAD /audio/{name}. What is served is held in memory: no name can lead to another file.

    A clip whose text was blocked since is served on: a call that was told of it is about to play it.
    """
    made = APIRouter()
    known = {clip.name: clip for clip in clips}

    @made.api_route("/audio/{name}", methods=["GET", "HEAD"])
    async def audio(request: Request, name: str) -> Response:
        clip = known.get(name)
        return _answer(request, clip) if clip else Response(status_code=404)

    return made


def _answer(request: Request, clip: Clip) -> Response:
    mark = f'"{clip.name}"'
    headers = {"Cache-Control": _FOR_EVER, "ETag": mark, "X-Content-Type-Options": "nosniff"}
    if mark in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if request.method == "HEAD":
        headers["Content-Length"] = str(len(clip.body))
        return Response(headers=headers, media_type=clip.content_type)
    return Response(clip.body, headers=headers, media_type=clip.content_type)
