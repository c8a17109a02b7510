"""One request for a page: who asks, in which language, and what they are shown."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final
from urllib.parse import quote, unquote

from fastapi import Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hotline.domain.language import LANGUAGES, Language
from hotline.domain.permission import Permission
from hotline.domain.visitor import Visitor
from hotline.operations.line import Line
from hotline.web.console import cookies, templates
from hotline.web.console.desk import Desk
from hotline.web.console.live import Follower

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
    def line(self) -> Line:
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
        is_secure = self.desk.is_secure
        if cookies.said_name(is_secure) in self.request.cookies:
            response.delete_cookie(cookies.said_name(is_secure), path="/", secure=is_secure, httponly=True)
        return response

    def follow(self, topic: str, make: Callable[[], str]) -> Response:
        """What `make` gives, now and whenever it changes, for as long as they may see this page.

        Raises TooMany."""
        me, needs = self.me, self.request.state.needs
        return self.desk.live.stream(topic, make, Follower(me.person_id, me.session_id, needs))

    def go(self, path: str, said: str = "", **values: object) -> Response:
        """Go on at another page (below /console), which then says a sentence once."""
        response = RedirectResponse(ROOT + path, 303)
        if said:
            response.set_cookie(
                cookies.said_name(self.desk.is_secure),
                quote(self.say(said, **values)),
                max_age=cookies.SAID_S,
                path="/",
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
            "said": unquote(self.request.cookies.get(cookies.said_name(self.desk.is_secure), "")),
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
