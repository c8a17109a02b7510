"""A day on the phone page, in a real browser, with the whole hotline behind it."""

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, FloatRect, Locator, Page, expect, sync_playwright

from hotline.operations.alerts import draft
from hotline.settings import ROOT
from tests.simulator.test_page import ARGUMENTS, CHROMIUM
from tests.whole.alerts import over, releases
from tests.whole.stage import Stage, embedded_stage

DESKTOP, PHONE = {"width": 1280, "height": 1300}, {"width": 360, "height": 780}
PICTURES = ROOT / "docs" / "pictures"
LARGEST_PICTURE = 300_000
PATIENCE_MS = 30_000
REPORT = ["SI", "1", "Alvarado y la 7", "siguen", "5 y dos camionetas", "parados", "ICE", "nada"]

pytestmark = [
    pytest.mark.whole,
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"Chromium is not installed at {CHROMIUM}"),
]


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with embedded_stage(speed=5.0) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield found
        found.close()


@pytest.fixture
def page(browser: Browser, stage: Stage) -> Iterator[Page]:
    stage.carrier.reset()
    context = browser.new_context(viewport=DESKTOP)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    found = context.new_page()
    faults: list[str] = []
    found.on("pageerror", lambda error: faults.append(str(error)))
    found.goto(stage.phones_url)
    expect(found.locator(".phone")).to_have_count(6)
    yield found
    context.close()
    assert faults == [], "the page complained"
    assert stage.carrier.errors() == []


def test_a_spanish_text_a_call_and_an_alert_on_three_phones(page: Page, stage: Stage) -> None:
    lupe, tomas, grace, ana = (_phone(page, name) for name in ("Lupe", "Tomás", "Grace", "Ana"))
    _writes(lupe, "casa", "Puede dejar la puerta cerrada")
    code = _alert(stage)
    releases(stage, code, people=3)
    over(stage, code)
    expect(_thread(lupe)).to_contain_text("VERIFICADO")
    expect(_thread(tomas)).to_contain_text("VERIFICADO")
    expect(_thread(grace)).to_contain_text("VERIFIED")
    _calls_a_person(tomas, ana)
    expect(tomas).to_contain_text("Hablando con otra persona")
    _says(tomas, "Hay agentes afuera de la escuela.")
    expect(ana).to_contain_text("Hay agentes afuera")
    _says(ana, "¿Está usted en un lugar seguro?")
    expect(tomas).to_contain_text("lugar seguro")
    _no_violation(page)
    _thread(lupe).evaluate("thread => thread.scrollTop = 0")
    _picture(page, "phones.png", down_to=ana)
    ana.get_by_role("button", name="Colgar").click()
    expect(tomas.get_by_role("button", name="Llamar")).to_be_visible()


def test_a_report_and_a_sign_up_by_keyboard_alone(page: Page, stage: Stage) -> None:
    stage.carrier.set_phone("+12135550142", name="Chela", language="es")
    chela = _phone(page, "Chela")
    _reach(page, chela.get_by_label("Mensaje", exact=True))
    _types(page, chela, "alertas", "ZIP code")
    _types(page, chela, "90015", "Responda SI")
    _types(page, chela, "SI", "ya tiene alertas")
    stage.carrier.set_phone("+12135550143", name="Pepe", language="es")
    pepe = _phone(page, "Pepe")
    _reach(page, pepe.get_by_label("Mensaje", exact=True))
    _types(page, pepe, "reportar", "lugar seguro")
    questions = ["en persona", "LUGAR", "TIEMPO", "AGENTES", "ACTIVIDAD", "ROPA", "EQUIPO", "foto"]
    for said, asked in zip(REPORT, questions, strict=True):
        _types(page, pepe, said, asked)
    expect(_thread(_phone(page, "Ana"))).not_to_contain_text("Alvarado")


def test_on_a_phones_screen_one_calls_reads_and_nothing_is_cut_off(page: Page, stage: Stage) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    lupe, ana = _phone(page, "Lupe"), _phone(page, "Ana")
    _writes(lupe, "trabajo", "TRABAJO")
    _calls_a_person(lupe, ana)
    expect(lupe).to_contain_text("Hablando con otra persona")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    _no_violation(page)
    lupe.scroll_into_view_if_needed()
    _picture(page, "phones-360.png")
    lupe.get_by_role("button", name="Colgar").click()
    expect(ana.get_by_role("button", name="Llamar")).to_be_visible()


def _alert(stage: Stage) -> str:
    now = stage.line.clock()
    values = {"agency": "ice", "activity": "street_stops", "cross_streets": "1st & Soto"}
    return draft(
        stage.line,
        now,
        "actual",
        values,
        "Ana",
        area="boyle_heights",
        basis="verifier_on_scene",
        observer="V7",
        seen_at=now - timedelta(minutes=5),
    )


def _phone(page: Page, name: str) -> Locator:
    return page.locator(".phone").filter(has=page.locator("h2", has_text=name))


def _thread(phone: Locator) -> Locator:
    return phone.locator(".thread")


def _writes(phone: Locator, body: str, answer: str) -> None:
    phone.get_by_label("Mensaje", exact=True).fill(body)
    phone.get_by_role("button", name="Enviar").click()
    expect(_thread(phone)).to_contain_text(answer)


def _reach(page: Page, box: Locator) -> None:
    """By the Tab key, as somebody without a mouse."""
    page.keyboard.press("Tab")
    for _ in range(200):
        if box.evaluate("box => box === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("the Tab key never reached it")


def _types(page: Page, phone: Locator, body: str, answer: str) -> None:
    page.keyboard.type(body)
    page.keyboard.press("Enter")
    expect(_thread(phone)).to_contain_text(answer)


def _calls_a_person(caller: Locator, dispatcher: Locator) -> None:
    """The language of who has written before is known; whoever is new chooses it."""
    caller.get_by_role("button", name="Llamar").click()
    expect(caller.locator(".heard")).to_contain_text("Para hablar con una persona, oprima 0")
    caller.get_by_role("button", name="0", exact=True).click()
    expect(caller.locator(".heard")).to_contain_text("Estoy llamando a nuestros voluntarios")
    dispatcher.get_by_role("button", name="Contestar").click()
    expect(dispatcher.locator(".heard")).to_contain_text("oprima 1")
    dispatcher.get_by_role("button", name="1", exact=True).click()
    expect(dispatcher.locator(".heard")).to_contain_text("Le comunico ahora")


def _says(phone: Locator, words: str) -> None:
    phone.get_by_label("Decir (escriba lo que diría)").fill(words)
    phone.get_by_role("button", name="Decir").click()


def _no_violation(page: Page) -> None:
    for language in ("en", "es"):
        page.locator(f"[data-language={language}]").click()
        expect(page.locator("html")).to_have_attribute("lang", language)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


def _picture(page: Page, name: str, down_to: Locator | None = None) -> None:
    """For the README, which shows what this test has seen. Written only where somebody wants new ones."""
    size, box = page.viewport_size, down_to.bounding_box() if down_to else None
    assert size is not None
    height = min(box["y"] + box["height"] + 12, size["height"]) if box else size["height"]
    area: FloatRect = {"x": 0, "y": 0, "width": size["width"], "height": height}
    shot = page.screenshot(animations="disabled", caret="hide", clip=area)
    assert len(shot) < LARGEST_PICTURE
    if "HOTLINE_NEW_PICTURES" in os.environ:
        (PICTURES / name).write_bytes(shot)
