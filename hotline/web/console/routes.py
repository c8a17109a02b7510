"""The routes of a room: each names what it needs, or does not exist."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from fastapi import APIRouter, Depends

from hotline.web.console.guard import Needs, needing
from hotline.web.console.page import ROOT

Handler = TypeVar("Handler", bound=Callable[..., Any])
NEEDS: Final = "needs"


class Routes:
    """Decorators for a room's functions. `link` is how the room stands in the navigation.

    A function is sync (it runs on a thread of the console's own) and takes `page: Page`, for a form also
    `form: Form`, and what stands in its path.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.router = APIRouter(prefix=ROOT)

    def get(self, path: str, *, needs: Needs, is_recorded: bool = False) -> Callable[[Handler], Handler]:
        """`is_recorded`: who looks is written down, so no page of another place may make them look."""
        return self._add("GET", path, needs, is_recorded)

    def post(self, path: str, *, needs: Needs) -> Callable[[Handler], Handler]:
        return self._add("POST", path, needs)

    def _add(
        self, method: str, path: str, needs: Needs, is_recorded: bool = False
    ) -> Callable[[Handler], Handler]:
        def add(handler: Handler) -> Handler:
            self.router.add_api_route(
                path,
                handler,
                methods=[method],
                dependencies=[Depends(needing(needs, is_recorded))],
                response_model=None,
                openapi_extra={NEEDS: needs},
                include_in_schema=False,
            )
            return handler

        return add
