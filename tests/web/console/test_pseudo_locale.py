"""Every word of a page is in the catalogs: with each sentence in brackets, nothing readable is left bare."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from hotline.catalogs import load_catalogs
from hotline.domain.language import Language
from hotline.domain.person import ROLES
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.line import Line
from hotline.settings import ROOT
from tests.incidents import described
from tests.lines import make_line
from tests.web.console.test_guard import every_route
from tests.web.console.visitors import Browser, console, sign_in

# Elements whose words are data: what callers, staff and texts said, codes, times.
DATA = {"code", "time", "pre", "script", "style", "option", "mark", "kbd"}
# And these classes: a text as it goes out, a picture of a flow, a word of the line's own.
DATA_CLASSES = {"bubble", "phone", "wording", "flow", "diff"}
SPOKEN = ("aria-label", "alt", "title", "placeholder")
VOID = {"meta", "link", "input", "img", "br", "hr", "rect", "line", "path", "circle", "source"}
OPEN, SHUT = "⟦", "⟧"
WORD = re.compile(r"[^\W\d_]{3,}")


def in_brackets(language: Language, sentence: str) -> str:
    return f"{OPEN}{sentence}{SHUT}"


class Bare(HTMLParser):
    """Collects what is shown outside of brackets."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.depth = 0
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        for name in SPOKEN:
            self._look(given.get(name, ""))
        if tag not in VOID:
            is_data = tag in DATA or bool(DATA_CLASSES & set(given.get("class", "").split()))
            self.open.append((tag, is_data or ("lang" in given and tag != "html")))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not any(is_data for _, is_data in self.open):
            self._look(data)

    def _look(self, words: str) -> None:
        bare = ""
        for letter in words:
            self.depth += {OPEN: 1, SHUT: -1}.get(letter, 0)
            if self.depth == 0 and letter != SHUT:
                bare += letter
        self.found += WORD.findall(bare)


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    return make_line(database, flow, network)


@pytest.fixture
def client(line: Line) -> Iterator[TestClient]:
    with console(line, in_brackets) as opened:
        yield opened


def proper_names(line: Line) -> set[str]:
    """What stands in every language as it is: people, places, lists of the network file, ids of texts."""
    network = line.network
    lists = (
        network.agencies, network.activities, network.other_agencies, network.events,
        network.event_languages, network.authorities, network.announcements,
    )  # fmt: skip
    said = [words for one in lists for item in one.values() for words in item.values()]
    said += [area.name(language) for area in network.areas.values() for language in ("es", "en")]
    said += [person.name for person in line.people().people]
    said += [*line.flow.texts, *line.flow.nodes, *network.areas]
    return {word for one in said for word in WORD.findall(one)} | {
        *(
            "Ana",
            "Rosa",
            "test",
            "browser",
            "system",
            "ice",
            "GSM",
            "UCS",
            "CSV",
            "URL",
            "PDF",
            "SMS",
            "TOTP",
            "feeds",  # of an address that is shown as it is
            "atom",
            "Los",  # the place of a ZIP code
            "Angeles",
        ),
        *(
            "Soto",
            "Nov",
            "ago",
            "hace",
            "minute",
            "minutes",
            "second",
            "seconds",
            "hour",
            "hours",
            "day",
            "days",
        ),
    }


def pages(line: Line) -> list[str]:
    code = described(line)
    fixed = [
        route.path
        for route in every_route()
        if "GET" in (route.methods or ()) and "{" not in route.path and not route.path.endswith("/live")
    ]
    return [
        *fixed,
        "/console/alerts/new?kind=test",
        "/console/alerts/new?kind=event",
        f"/console/incidents/{code}",
        f"/console/incidents/{code}/step/verifying",
        f"/console/incidents/{code}/override",
        "/console/texts/home",
        "/console/texts/home/block",
        "/console/flows/main",
        "/console/nowhere",
    ]


def bare_words(browser: Browser, path: str) -> list[str]:
    answer = browser.get(path)
    if "text/html" not in answer.headers.get("content-type", ""):
        return []
    reader = Bare()
    reader.feed(answer.text)
    return reader.found


def test_every_word_of_every_page_comes_from_the_catalogs(line: Line, client: TestClient) -> None:
    browser = sign_in(client, line, ROLES)
    known = proper_names(line)
    bare = {path: sorted(set(bare_words(browser, path)) - known) for path in pages(line)}
    assert {path: words for path, words in bare.items() if words} == {}


def test_a_bare_word_would_be_seen() -> None:
    reader = Bare()
    reader.feed(f'<p title="Bare">{OPEN}said {OPEN}twice{SHUT}{SHUT} naked <code>data</code></p>')
    assert reader.found == ["Bare", "naked"]


def test_the_catalogs_are_what_says_it() -> None:
    assert load_catalogs(ROOT / "locales")("es", "Now") == "Ahora"
