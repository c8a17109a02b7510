"""The whole way in two browsers, in Spanish: from a text on one pretend phone to the all-clear on another."""

import os
import re
from collections.abc import Iterator
from functools import partial

import pyotp
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from hotline.catalogs import load_catalogs
from hotline.operations.accounts import DEMO_PASSWORDS
from hotline.operations.people import Given, add
from hotline.settings import ROOT
from tests.simulator.test_page import CHROMIUM
from tests.whole.console.furnished import PATIENCE_MS
from tests.whole.console.looking import Complaints
from tests.whole.people import Person, stranger
from tests.whole.picture import ONE_PIXEL
from tests.whole.stage import Stage

es = partial(load_catalogs(ROOT / "locales"), "es")

PICTURES = ROOT / "docs" / "pictures"
LARGEST_PICTURE = 300_000
CODE = re.compile(r"/console/(?:incidents|alerts)/([0-9A-Z]{4})")
PHOTO = "(a photo)"
# What is asked for next after each answer of a report.
REPORT = (
    ("reportar", "lugar seguro"), ("SI", "en persona"), ("1", "LUGAR"), ("2nd & Broadway", "TIEMPO"),
    ("siguen", "AGENTES"), ("5 y dos camionetas", "ACTIVIDAD"), ("parados", "ROPA"), ("ICE", "EQUIPO"),
    ("nada", "foto"), (PHOTO, "llevaron"), ("NO", "llamarle"), ("NO", "Gracias"),
)  # fmt: skip

pytestmark = [
    pytest.mark.whole,
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"Chromium is not installed at {CHROMIUM}"),
]


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    found = Complaints()
    yield found
    assert found.words == [], "\n".join(found.words)


@pytest.fixture
def contexts(browser: Browser) -> Iterator[tuple[BrowserContext, BrowserContext]]:
    """Two browsers that know nothing of each other."""
    expect.set_options(timeout=PATIENCE_MS)
    both = tuple(browser.new_context(viewport={"width": 1280, "height": 1000}, locale="es") for _ in range(2))
    for context in both:
        context.set_default_timeout(PATIENCE_MS)
    yield both[0], both[1]
    for context in both:
        context.close()


def test_from_a_text_to_the_all_clear_with_two_people_in_two_browsers(
    stage: Stage, contexts: tuple[BrowserContext, BrowserContext], complaints: Complaints
) -> None:
    ana, bo = (context.new_page() for context in contexts)
    for page in (ana, bo):
        complaints.listen(page)
    nora, teo = verifiers(stage)  # long before they are asked: every process knows them by then
    lupe, chela = stranger(stage.carrier), stranger(stage.carrier)
    for words, answer in (("alertas", "ZIP code"), ("90802", "Responda SI"), ("SI", "90802")):
        lupe.asks(words, answer)
    signs_in(stage, bo, "Bo")
    speaks_spanish(stage, bo)
    gets_an_app_with_codes(stage, ana)

    ana.goto(f"{stage.url}/console/now")
    for words, asked in REPORT:
        tells(chela, words, asked)
    ana.get_by_role("link", name=re.compile("^[0-9A-Z]{4}$")).first.wait_for()  # it comes by itself
    picture(ana, "console-now.png")
    ana.locator(".card", has_text="2nd & Broadway").get_by_role("link").first.click()
    incident = code_in(ana)
    sees_the_photo(stage, ana)

    ana.get_by_label(es("ZIP code")).fill("90802")
    ana.get_by_label(es("What is seen")).select_option("street_stops")
    ana.get_by_label(es("Who it is")).select_option("ice")
    ana.get_by_role("button", name=es("Write it down")).last.click()
    ana.get_by_role("button", name=es("Ask verifiers")).click()
    for person in (nora, teo):
        person.reads(incident)
        person.writes(f"VOY {incident}")
    nora.reads(incident, "Teo")
    nora.asks(f"VISTO {incident} cinco agentes", incident)
    ana.reload()
    expect(ana.get_by_text(es("Yes: nothing is missing."))).to_be_visible()
    picture(ana, "console-incident.png")
    ana.get_by_role("link", name=es("Confirm"), exact=True).click()
    confirms(ana, "Nora está ahí")

    ana.get_by_role("link", name=es("Make an alert")).click()
    ana.get_by_role("button", name=es("Save as a draft")).click()
    alert = code_in(ana)
    expect(ana.get_by_role("link", name=es("Read it again and release it"))).to_have_count(0)
    releases(stage, bo, alert)
    lupe.reads("VERIFICADO", "2nd & Broadway")
    ana.goto(f"{stage.url}/console/alerts/{alert}")
    expect(ana.locator("#progress")).to_contain_text(f"{es('Delivered')}: 1")
    picture(ana, "console-alert.png")

    nora.asks(f"NADA {incident}", incident)
    ana.get_by_role("link", name=es("All-clear")).click()
    ana.get_by_role("button", name=es("Save as a draft")).click()
    releases(stage, bo, code_in(ana))
    lupe.reads("TERMINADO")
    assert not any("TERMINADO" in text for text in chela.thread())


def tells(person: Person, words: str, asked: str) -> None:
    if words != PHOTO:
        person.asks(words, asked)
        return
    before = len(person.thread())
    person.sends_photo()
    person.reads(asked, after=before)


def sees_the_photo(stage: Stage, page: Page) -> None:
    """It comes through us, and is shown fitted to the screen by the browser itself."""
    link = page.get_by_role("link", name=es("Picture {NUMBER}").format(NUMBER=1))
    shown = page.request.get(f"{stage.url}{link.get_attribute('href')}")
    assert (shown.status, shown.headers["content-type"], shown.body()) == (200, "image/png", ONE_PIXEL)
    beside = page.context.new_page()
    beside.goto(f"{stage.url}{link.get_attribute('href')}")
    expect(beside.locator("img")).to_be_visible()
    beside.close()


def signs_in(stage: Stage, page: Page, name: str) -> None:
    page.goto(f"{stage.url}/console/login?lang=es")
    page.get_by_label(es("Your name")).fill(name)
    page.get_by_label(es("Password")).fill(DEMO_PASSWORDS[name])
    with page.expect_navigation():
        page.get_by_role("button", name=es("Sign in")).click()


def speaks_spanish(stage: Stage, page: Page) -> None:
    page.goto(f"{stage.url}/console/account")
    page.locator("select[name=language]").select_option("es")
    page.locator("form", has=page.locator("select[name=language]")).get_by_role("button").click()
    expect(page.locator("html")).to_have_attribute("lang", "es")


def gets_an_app_with_codes(stage: Stage, page: Page) -> None:
    """A password first; then also a code, from then on."""
    signs_in(stage, page, "Ana")
    page.goto(f"{stage.url}/console/account/code")
    if "step-up" in page.url:
        page.get_by_label(es("Password")).fill(DEMO_PASSWORDS["Ana"])
        with page.expect_navigation():
            page.locator("main form").get_by_role("button").first.click()
    secret = re.sub(r"\s", "", page.locator("main code").first.inner_text())
    app = pyotp.TOTP(secret)
    page.get_by_label(es("Code from your app")).fill(app.now())
    with page.expect_navigation():
        page.locator("main form").get_by_role("button").click()
    page.goto(f"{stage.url}/console/now")
    with page.expect_navigation():
        page.get_by_role("button", name=es("Sign out")).click()
    signs_in(stage, page, "Ana")
    page.get_by_label(es("Code from your app")).fill(app.at(int(stage.line.clock().timestamp()) + 30))
    page.locator("main form").get_by_role("button").click()
    expect(page.get_by_role("link", name="Ana")).to_be_visible()


def verifiers(stage: Stage) -> tuple[Person, Person]:
    """Two who are near the place."""
    found = []
    for name, number in (("Nora", "+12135550181"), ("Teo", "+12135550182")):
        given = Given(name, number, ("verifier",), "Red de Prueba", ("es",), "es", ("90802",))
        add(stage.line, given, "demo", stage.line.clock())
        found.append(Person(stage.carrier, number))
    return found[0], found[1]


def confirms(page: Page, reason: str) -> None:
    page.locator("[name=reason]").fill(reason)
    page.locator("main form").get_by_role("button").first.click()


def releases(stage: Stage, page: Page, code: str) -> None:
    """Somebody else than the author reads it again."""
    page.goto(f"{stage.url}/console/alerts/{code}/release")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name=es("Release it")).click()
    expect(page.locator("#said")).to_contain_text(es("It is going out."))


def code_in(page: Page) -> str:
    expect(page).to_have_url(CODE)
    found = CODE.search(page.url)
    assert found is not None
    return found[1]


def picture(page: Page, name: str) -> None:
    """For the README, which shows what this test has seen. Written only where somebody wants new ones."""
    shot = page.screenshot(animations="disabled", caret="hide")
    assert len(shot) < LARGEST_PICTURE
    if "HOTLINE_NEW_PICTURES" in os.environ:
        (PICTURES / name).write_bytes(shot)
