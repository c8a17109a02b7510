"""First steps: from nothing to the first test alert, each with where it is done."""

from starlette.responses import Response

from hotline.operations import first_steps
from hotline.operations.first_steps import STEPS
from hotline.web.console.page import Page
from hotline.web.console.routes import Routes

routes = Routes("begin")


@routes.get("/begin", needs="account.own")
def show(page: Page) -> Response:
    found = first_steps.standings(page.line)
    next_one = next((step.name for step in STEPS if found[step.name] == "missing"), None)
    return page.show(
        "begin/show.html",
        steps=[(step, found[step.name], step.name == next_one) for step in STEPS],
        is_ready=next_one is None,
    )
