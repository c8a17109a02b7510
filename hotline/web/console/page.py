"""One request for a page: who asks, in which language, and what they are shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final
from urllib.parse import quote, unquote

from fastapi import Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hotline.domain.language import LANGUAGES, Language
from hotline.domain.permission import Permission
from hotline.domain.visitor import Visitor
from hotline.web.console import cookies, templates
from hotline.web.console.desk import Desk

ROOT: Final = "/console"


@dataclass(frozen=True, slots=True)
class PageContext:
    """`visitor` is None only where a route says that nobody need be signed in."""

    desk: Desk
    request: Request
    visitor: Visitor | None
    language: Language
    now: datetime

    @property
    def line(self) -> Any:
        return self.desk.line

    @property
    def me(self) -> Visitor:
        """Who is signed in."""
        assert self.visitor is not None
        return self.visitor

    @property
    def is_fragment(self) -> bool:
        """Does a part of a page ask for new content, rather than a person for a page?"""
        return self.request.headers.get("hx-request") == "true"

    def may(self, permission: Permission) -> bool:
        return self.visitor is not None and permission in self.visitor.permissions

    def say(self, sentence: str, **values: object) -> str:
        """A staff sentence in the language of the page, its {NAMES} filled."""
        said = self.desk.say(self.language, sentence)
        for name, value in values.items():
            said = said.replace(f"{{{name}}}", str(value))
        return said

    def when(self, at: datetime | None, form: str = "short") -> str:
        return templates.when(at, self.language, self.desk.line.hours.zone, form)

    def ago(self, at: datetime | None) -> str:
        return templates.ago(at, self.now, self.language)

    def number(self, value: float) -> str:
        return templates.number(value, self.language)

    def text(self, template: str, block: str | None = None, **values: Any) -> str:
        """A template, or a block of it, as text."""
        return self.desk.templates.render(template, {**self._known(), **values}, block)

    def show(self, template: str, *, block: str | None = None, status: int = 200, **values: Any) -> Response:
        """The page; or one of its blocks, for a part that asks for new content."""
        response = HTMLResponse(self.text(template, block, **values), status)
        if cookies.SAID in self.request.cookies:
            response.delete_cookie(cookies.SAID, path=ROOT)
        return response

    def go(self, path: str, said: str = "", **values: object) -> Response:
        """Go on at another page (below /console), which then says a sentence once."""
        response = RedirectResponse(ROOT + path, 303)
        if said:
            response.set_cookie(
                cookies.SAID,
                quote(self.say(said, **values)),
                max_age=cookies.SAID_S,
                path=ROOT,
                secure=self.desk.is_secure,
                httponly=True,
                samesite="strict",
            )
        return response

    def _known(self) -> Mapping[str, Any]:
        return {
            "page": self,
            "say": self.say,
            "when": self.when,
            "ago": self.ago,
            "number": self.number,
            "may": self.may,
            "visitor": self.visitor,
            "language": self.language,
            "here": self.request.url.path,
            "csrf": self.visitor.csrf if self.visitor else "",
            "said": unquote(self.request.cookies.get(cookies.SAID, "")),
            "rooms": self.request.app.state.rooms,
            "is_demo": self.desk.line.mode == "demo",
        }


def page_of(request: Request) -> PageContext:
    desk: Desk = request.app.state.desk
    visitor: Visitor | None = request.state.visitor
    language = visitor.language if visitor else _asked_language(request)
    return PageContext(desk, request, visitor, language, desk.line.clock())


def _asked_language(request: Request) -> Language:
    """Before anyone is known: what was chosen on the page, else what the browser prefers."""
    chosen = request.query_params.get("lang") or request.cookies.get(cookies.LANGUAGE)
    preferred = [chosen or "", *request.headers.get("accept-language", "").lower().split(",")]
    for one in preferred:
        for language in LANGUAGES:
            if one.strip().startswith(language):
                return language
    return "es"


Page = Annotated[PageContext, Depends(page_of)]
