"""The phone page in a real browser: by keyboard, in both languages, on a phone's screen, and with axe."""

import base64
import json
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit
from urllib.request import Request, urlopen

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from hotline.simulator.app import create_app
from hotline.simulator.config import DEFAULT_ACCOUNT_SID, DEFAULT_AUTH_TOKEN, Config
from tests.simulator.servers import Form, customer, free_port, served
from tests.simulator.world import ANA, LUPE

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--headless",
]  # fmt: skip
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"Chromium is not installed at {CHROMIUM}"),
]


def _answer(path: str, form: Form) -> str:
    match path:
        case "/twilio/sms":
            return f"<Message>Recibido: {form['Body']} ({form['NumMedia']})</Message>"
        case "/twilio/voice":
            prompt = '<Say language="es-MX">Marque uno</Say>'
            return f'<Gather numDigits="1" action="/turn" timeout="60">{prompt}</Gather>'
        case "/turn" if form["Digits"] == "1":
            number = f'<Number url="/whisper">{ANA}</Number>'
            return f'<Dial callerId="+12135550100" action="/record">{number}</Dial>'
        case "/turn" | "/record":
            return '<Record action="/thanks" timeout="30"/>'
        case "/thanks":
            return "<Say>Gracias</Say>"
        case "/whisper":
            return '<Gather numDigits="1" action="/accept" timeout="60"><Say>Press 1</Say></Gather><Hangup/>'
        case _:
            return ""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield found
        found.close()


@pytest.fixture
def address() -> Iterator[str]:
    port = free_port()
    with served(customer(_answer, []), free_port()) as hotline:
        config = Config(hotline_url=hotline, url=f"http://127.0.0.1:{port}", speed=10.0)
        with served(create_app(config), port) as carrier:
            yield carrier


def _is_fault(line: ConsoleMessage) -> bool:
    """Chromium also logs answers of 400, which the page explains to the person."""
    return line.type == "error" and "400 (Bad Request)" not in line.text


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(viewport=DESKTOP)  # type: ignore[arg-type]
    found = context.new_page()
    faults: list[str] = []
    found.on("pageerror", lambda error: faults.append(str(error)))
    found.on("console", lambda line: faults.append(line.text) if _is_fault(line) else None)
    found.goto(address)
    expect(found.locator(".phone")).to_have_count(6)
    yield found
    context.close()
    assert faults == [], "the page complained"


def test_a_text_is_written_by_keyboard_and_answered(page: Page) -> None:
    lupe = page.locator(".phone", has_text="Lupe")
    lupe.get_by_label("Mensaje", exact=True).fill("hola ñ")
    page.keyboard.press("Enter")
    thread = lupe.get_by_role("log", name="Mensajes de Lupe")
    expect(thread).to_contain_text("Recibido: hola ñ (0)")
    expect(lupe.get_by_label("Mensaje", exact=True)).to_have_value("")
    expect(page.locator(".phone", has_text="Tomás").get_by_role("log")).not_to_contain_text("hola")


def test_a_photo_is_attached_and_shown(page: Page, tmp_path: Path) -> None:
    lupe = page.locator(".phone", has_text="Lupe")
    lupe.get_by_label("Foto").set_input_files(_file(tmp_path / "patrulla.png", _ONE_PIXEL))
    expect(lupe).to_contain_text("patrulla.png")
    lupe.get_by_role("button", name="Enviar").click()
    expect(lupe.get_by_role("img", name="Foto")).to_be_visible()
    expect(lupe).to_contain_text("(1)")


def _file(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_a_photo_can_be_taken_back_by_keyboard(page: Page, tmp_path: Path) -> None:
    lupe = page.locator(".phone", has_text="Lupe")
    remove = lupe.get_by_role("button", name="Quitar la foto")
    expect(remove).to_be_hidden()
    lupe.get_by_label("Foto", exact=True).set_input_files(_file(tmp_path / "patrulla.png", _ONE_PIXEL))
    remove.focus()
    page.keyboard.press("Enter")
    expect(lupe).not_to_contain_text("patrulla.png")
    expect(remove).to_be_hidden()
    expect(lupe.get_by_label("Foto", exact=True)).to_be_focused()
    lupe.get_by_label("Mensaje", exact=True).fill("sin foto")
    page.keyboard.press("Enter")
    expect(lupe).to_contain_text("Recibido: sin foto (0)")


def test_a_file_that_cannot_go_is_explained_where_it_was_chosen(page: Page, tmp_path: Path) -> None:
    lupe = page.locator(".phone", has_text="Lupe")
    chosen, trouble = lupe.get_by_label("Foto", exact=True), lupe.get_by_role("alert")
    chosen.set_input_files(_file(tmp_path / "letter.pdf", b"%PDF-1.7"))
    expect(trouble).to_have_text("No se pudo: solo se puede mandar una foto JPEG, PNG o GIF")
    expect(lupe).not_to_contain_text("letter.pdf")
    chosen.set_input_files(_file(tmp_path / "big.png", _ONE_PIXEL.ljust(5_000_001)))
    expect(trouble).to_contain_text("5 MB como máximo")
    page.get_by_role("button", name="English").click()
    expect(trouble).to_have_text("That did not work: the photo is too big; it may have 5 MB at most")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    lupe.get_by_label("Photo", exact=True).set_input_files(_file(tmp_path / "fits.png", _ONE_PIXEL))
    expect(trouble).to_be_empty()
    expect(lupe).to_contain_text("fits.png")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_a_file_that_only_pretends_to_be_a_picture_is_refused_and_kept_to_be_changed(
    page: Page, tmp_path: Path
) -> None:
    lupe = page.locator(".phone", has_text="Lupe")
    lupe.get_by_label("Mensaje", exact=True).fill("vea esto")
    drawing = _file(tmp_path / "drawing.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    lupe.get_by_label("Foto", exact=True).set_input_files(drawing)
    lupe.get_by_role("button", name="Enviar").click()
    expect(lupe.get_by_role("alert")).to_contain_text("solo se puede mandar una foto JPEG, PNG o GIF")
    expect(lupe.get_by_label("Mensaje", exact=True)).to_have_value("vea esto")
    lupe.get_by_role("button", name="Quitar la foto").click()
    expect(lupe.get_by_role("alert")).to_be_empty()
    lupe.get_by_role("button", name="Enviar").click()
    expect(lupe).to_contain_text("Recibido: vea esto (0)")


def test_what_is_deleted_at_the_carrier_is_marked_on_the_phone(
    page: Page, address: str, tmp_path: Path
) -> None:
    lupe = page.locator(".phone", has_text="Lupe")
    for name in ("one.png", "two.png"):
        lupe.get_by_label("Foto", exact=True).set_input_files(_file(tmp_path / name, _ONE_PIXEL))
        lupe.get_by_role("button", name="Enviar").click()
        expect(lupe).not_to_contain_text(name)
    expect(lupe.get_by_role("img", name="Foto")).to_have_count(2)
    [(one, first), (two, _)] = _photos(address)
    _delete(address, f"Messages/{one}/Media/{first}.json")
    expect(lupe).to_contain_text("(foto borrada en la compañía telefónica)")
    expect(lupe.get_by_role("img", name="Foto")).to_have_count(1)
    _delete(address, f"Messages/{two}.json")
    expect(lupe).to_contain_text("(mensaje borrado en la compañía telefónica)")
    expect(lupe.get_by_role("img", name="Foto")).to_have_count(0)


def _photos(address: str) -> list[tuple[str, str]]:
    """The sids of Lupe's messages that carry a photo, and of the photos."""
    with urlopen(f"{address}/control/phones/{quote(LUPE)}") as answer:
        thread = json.load(answer)["thread"]
    return [
        (text["sid"], urlsplit(text["media"][0]).path.rpartition("/")[2]) for text in thread if text["media"]
    ]


def _delete(address: str, what: str) -> None:
    secret = base64.b64encode(f"{DEFAULT_ACCOUNT_SID}:{DEFAULT_AUTH_TOKEN}".encode()).decode()
    url = f"{address}/2010-04-01/Accounts/{DEFAULT_ACCOUNT_SID}/{what}"
    with urlopen(Request(url, headers={"Authorization": f"Basic {secret}"}, method="DELETE")) as answer:
        assert answer.status == 204


def test_a_call_goes_to_a_dispatcher_who_presses_one_and_both_talk(page: Page) -> None:
    lupe, ana = page.locator(".phone", has_text="Lupe"), page.locator(".phone", has_text="Ana")
    lupe.get_by_role("button", name="Llamar").focus()
    page.keyboard.press("Enter")
    heard = lupe.get_by_role("log", name="Lo que se oye: Lupe")
    expect(heard).to_contain_text("Marque uno")
    expect(heard.locator("[lang=es-MX]")).to_have_text("Marque uno")
    lupe.get_by_role("button", name="5", exact=True).focus()
    page.keyboard.press("1")
    expect(ana).to_contain_text("Suena: llamada de (213) 555-0100")
    ana.get_by_role("button", name="Contestar").click()
    expect(ana).to_contain_text("Press 1")
    ana.get_by_role("button", name="1", exact=True).click()
    expect(lupe).to_contain_text("Hablando con otra persona")
    lupe.get_by_label("Decir (escriba lo que diría)").fill("están en mi puerta")
    page.keyboard.press("Enter")
    expect(ana.get_by_role("log", name="Lo que se oye: Ana")).to_contain_text("están en mi puerta")
    ana.get_by_role("button", name="Colgar").click()
    expect(heard).to_contain_text("(tono: grabe después)")
    lupe.get_by_label("Decir (escriba lo que diría)").fill("mi mensaje")
    page.keyboard.press("Enter")
    expect(heard).to_contain_text("mi mensaje")
    lupe.get_by_role("button", name="Colgar").click()
    expect(lupe.get_by_role("button", name="Llamar")).to_be_focused()


def test_a_voicemail_box_can_pick_up_and_a_call_can_be_declined(page: Page) -> None:
    lupe, ana = page.locator(".phone", has_text="Lupe"), page.locator(".phone", has_text="Ana")
    for button, sight in (("Que conteste el buzón", "Contestó el buzón de voz"), ("Rechazar", "En espera")):
        lupe.get_by_role("button", name="Llamar").click()
        lupe.get_by_role("button", name="1", exact=True).click()
        ana.get_by_role("button", name=button).click()
        if button != "Rechazar":
            expect(ana).to_contain_text(sight)
        else:
            expect(ana.get_by_role("button", name="Llamar")).to_be_visible()
        lupe.get_by_role("button", name="Colgar").click()
        expect(ana.get_by_role("button", name="Llamar")).to_be_visible()


def test_what_is_heard_is_spoken_in_its_language_unless_muted(page: Page) -> None:
    page.evaluate(
        """() => { window.said = [];
        speechSynthesis.speak = (sentence) => window.said.push([sentence.text, sentence.lang]); }"""
    )
    lupe = page.locator(".phone", has_text="Lupe")
    lupe.get_by_role("button", name="Llamar").click()
    expect(lupe).to_contain_text("Marque uno")
    assert page.evaluate("window.said") == [["Marque uno", "es-MX"]]
    lupe.get_by_role("button", name="Colgar").click()
    page.get_by_role("button", name="Voz").click()
    lupe.get_by_role("button", name="Llamar").click()
    expect(lupe).to_contain_text("Marque uno")
    assert len(page.evaluate("window.said")) == 1


def test_a_phone_is_added_and_a_wrong_one_is_explained(page: Page) -> None:
    page.get_by_label("Otro teléfono (dos cifras)").fill("42")
    page.get_by_label("Nombre").fill("Chela")
    page.keyboard.press("Enter")
    expect(page.locator(".phone", has_text="Chela")).to_contain_text("(213) 555-0142")
    page.get_by_label("Otro teléfono (dos cifras)").fill("00")
    page.keyboard.press("Enter")
    expect(page.locator("#news")).to_contain_text("ese número es el de la línea")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_in_either_language(page: Page, size: dict[str, int], scheme: str) -> None:
    page.set_viewport_size(size)  # type: ignore[arg-type]
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    lupe = page.locator(".phone", has_text="Lupe")
    lupe.get_by_label("Mensaje", exact=True).fill("hola")
    page.keyboard.press("Enter")
    lupe.get_by_role("button", name="Llamar").click()
    lupe.get_by_role("button", name="1", exact=True).click()
    expect(page.locator(".phone.rings")).to_have_count(1)
    for language in ("es", "en"):
        page.locator(f"[data-language={language}]").click()
        expect(page.locator("html")).to_have_attribute("lang", language)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
    expect(lupe.get_by_role("button", name="Hang up")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_a_text_that_is_delivered_late_stands_where_it_was_written(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport=DESKTOP)  # type: ignore[arg-type]
    late = context.new_page()
    events = "".join(f"data: {json.dumps(_phone_with(sids))}\n\n" for sids in ("b", "ab", "abc"))
    stream = {"content_type": "text/event-stream", "body": events}
    late.route("**/control/events", lambda route: route.fulfill(**stream))
    late.goto(address)
    expect(late.locator(".thread .what")).to_have_text(["text a", "text b", "text c"])
    context.close()


def _phone_with(sids: str) -> dict[str, object]:
    same = {"mine": False, "by_carrier": False, "media": []}
    thread = [{"sid": sid, "body": f"text {sid}", **same} for sid in sids]
    return {
        "number": LUPE,
        "name": "Lupe",
        "language": "es",
        "thread": thread,
        "call": None,
        "last_call": None,
    }


def test_the_language_is_kept_for_the_next_visit(page: Page) -> None:
    page.get_by_role("button", name="English").click()
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Test phones")
    expect(page.locator(".phone").first.get_by_role("button", name="Call")).to_be_visible()
    assert page.locator(".phone", has_text=LUPE[-4:]).count() == 1


def test_both_languages_say_everything(page: Page) -> None:
    words = page.evaluate("async () => (await import('/words.js')).WORDS")
    assert len(words) > 40
    assert [name for name, said in words.items() if not (said.get("es") and said.get("en"))] == []


_ONE_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc0"
    "000003010100c9fe92ef0000000049454e44ae426082"
)
