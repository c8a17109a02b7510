"""The map: middles of ZIP codes, the same places in words, pictures only from where settings say."""

import html
import json
import re
from typing import Any

import pytest
from sqlalchemy import Engine

from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.line import Line
from hotline.operations.map_places import areas, incident_place, open_incidents
from hotline.settings import BadSettings, read_settings
from hotline.store.places import position_of
from hotline.web.console.headers import policy
from tests.incidents import described, report_by
from tests.lines import make_line
from tests.web.console.visitors import console, sign_in

TILES = "https://tiles.example.org/{z}/{x}/{y}.png"


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    return make_line(database, flow, network)


def points(page: str) -> list[dict[str, Any]]:
    """What the page hands to map.js."""
    [given] = re.findall(r'data-points="([^"]*)"', page)
    read: list[dict[str, Any]] = json.loads(html.unescape(given))
    return read


def test_a_zip_code_stands_in_its_middle() -> None:
    north, east = position_of("90033") or (0, 0)
    assert (round(north, 1), round(east, 1)) == (34.0, -118.2)
    assert position_of("00000") is None
    assert position_of("x") is None


def test_an_area_stands_in_the_middle_of_its_zip_codes(line: Line) -> None:
    found = areas(line, "en")
    assert [place.name for place in found] == [area.en for area in line.network.areas.values()]
    for place in found:
        assert abs(place.north - 34) < 1
        assert abs(place.east + 118) < 1


def test_open_incidents_with_a_place_are_on_the_map(line: Line) -> None:
    code = described(line)
    [place] = open_incidents(line)
    assert (place.code, place.kind) == (code, "incident")
    assert place.where == "Los Angeles 90033"


def test_an_incident_whose_zip_code_nobody_knows_stands_nowhere() -> None:
    assert incident_place("K7Q2", "00000", "reported") is None


def test_the_page_says_in_a_list_what_the_map_shows(line: Line) -> None:
    code = described(line)
    with console(line) as client:
        page = sign_in(client, line, ["dispatcher"], language="es").get("/console/map").text
    drawn = points(page)
    assert {point["name"] for point in drawn} == {code, *(area.es for area in line.network.areas.values())}
    assert f'<a href="/console/incidents/{code}">{code}</a>' in page
    for area in line.network.areas.values():
        assert f"<li>{html.escape(area.es)}" in page
    assert 'data-tiles=""' in page


def test_the_page_of_an_incident_shows_where_it_is_among_the_areas(line: Line) -> None:
    code = described(line)
    with console(line) as client:
        page = sign_in(client, line, ["dispatcher"]).get(f"/console/incidents/{code}").text
    assert {point["name"] for point in points(page)} == {
        code,
        *(area.en for area in line.network.areas.values()),
    }
    assert "map.js" in page


def test_an_incident_without_a_known_place_has_no_map(line: Line) -> None:
    _, code = report_by(line, 1)
    with console(line) as client:
        page = sign_in(client, line, ["dispatcher"]).get(f"/console/incidents/{code}").text
    assert "data-points" not in page


def test_a_map_without_anything_teaches(line: Line) -> None:
    with console(line) as client:
        page = sign_in(client, line, ["dispatcher"]).get("/console/map").text
    assert "None with a place that is known." in page


def test_pictures_may_come_from_the_one_configured_place() -> None:
    assert "img-src 'self' data: https://tiles.example.org;" in policy(TILES)
    assert "tiles" not in policy("")


@pytest.mark.parametrize("address", ["", TILES])
def test_an_address_of_pictures_is_read(address: str) -> None:
    assert read_settings({"HOTLINE_MODE": "demo", "HOTLINE_MAP_TILES": address}).map_tiles == address


@pytest.mark.parametrize(
    "address",
    [
        "http://tiles.example.org/{z}/{x}/{y}.png",
        "https://tiles.example.org/{z}/{x}.png",
        "https://{s}.example.org/{z}/{x}/{y}.png",
        "https://tiles.example.org/{z}/{x}/{y}.png; script-src *",
        "https://tiles.example.org;script-src/{z}/{x}/{y}",
        "https://[/{z}/{x}/{y}",
        "tiles/{z}/{x}/{y}",
    ],
)
def test_an_address_that_is_none_or_would_loosen_the_policy_is_refused(address: str) -> None:
    with pytest.raises(BadSettings, match="HOTLINE_MAP_TILES: put an address such as"):
        read_settings({"HOTLINE_MODE": "demo", "HOTLINE_MAP_TILES": address})
