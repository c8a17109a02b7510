"""The map in the browser: areas and open incidents at the middle of ZIP codes, with or without pictures."""

from starlette.responses import Response

from hotline.operations.map_places import areas, open_incidents
from hotline.web.console import incident_words
from hotline.web.console.map_points import points
from hotline.web.console.page import Page
from hotline.web.console.routes import Routes

routes = Routes("map")


@routes.get("/map", needs="incidents.see")
def show_map(page: Page) -> Response:
    found, incidents = areas(page.line, page.language), open_incidents(page.line)
    return page.show(
        "map/show.html",
        found=found,
        incidents=incidents,
        map_points=points(page, [*found, *incidents]),
        words=incident_words,
    )
