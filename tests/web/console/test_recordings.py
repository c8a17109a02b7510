"""A recorded clip is heard, reviewed and played; one that was swapped waits for a review of its own."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine
from starlette.testclient import TestClient

from hotline.catalogs import load_catalogs
from hotline.flow.clips import read_clips
from hotline.flow.load import load_flow
from hotline.flow.network import Network
from hotline.operations.library import build_library
from hotline.operations.line import Line
from hotline.operations.text_history import Form, Standing, decisions_on, one_text
from hotline.operations.texts import block
from hotline.settings import ROOT
from hotline.store import reviews
from hotline.store.database import transaction
from hotline.web import audio
from hotline.web.console.build import add_console
from hotline.web.console.desk import Desk
from hotline.web.console.frame import add_answers
from hotline.web.console.headers import Headers
from hotline.web.console.live import Live
from hotline.web.console.templates import Templates
from tests.flow.clips import flows_with_clip, tiny_wav
from tests.lines import NOON, make_line
from tests.web.console.visitors import PUBLIC, Browser, sign_in, sign_in_as

TEXT = "v_language"
REVIEW = {"by": "Lic. Sol, attorney", "on": "2026-03-02", "language_by": "Luz", "language_on": "2026-03-02"}
FIRST, SWAPPED = tiny_wav(800), tiny_wav(1600)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return flows_with_clip(tmp_path, "hola.wav", FIRST, TEXT)


@pytest.fixture
def line(database: Engine, network: Network, folder: Path) -> Line:
    return make_line(database, load_flow(folder), network)


@contextmanager
def console_of(line: Line, folder: Path) -> Iterator[TestClient]:
    """The console with the recordings that are in the folder now."""
    app = FastAPI(openapi_url=None, redirect_slashes=False)
    add_answers(app)
    clips = read_clips(folder, line.flow)
    say = load_catalogs(ROOT / "locales")
    add_console(app, Desk(line, Templates(), Live(), say, PUBLIC, clips=clips))
    app.include_router(audio.router(clips.values()))
    guarded = Headers(app, "/console", "", is_secure=True)
    with TestClient(guarded, base_url=PUBLIC, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def luz(line: Line, folder: Path) -> Iterator[Browser]:
    with console_of(line, folder) as client:
        yield sign_in(client, line, ["approver"], "Luz")


def swapped(line: Line, folder: Path, sound: bytes = SWAPPED) -> Line:
    """The line after somebody put another recording under the same name."""
    (folder / "audio" / "hola.wav").write_bytes(sound)
    return replace(line, flow=load_flow(folder))


def spoken(line: Line) -> Form:
    one = one_text(line, TEXT, NOON)
    assert one is not None
    return next(form for form in one.forms if (form.language, form.channel) == ("es", "voice"))


def standings(line: Line) -> set[Standing]:
    one = one_text(line, TEXT, NOON)
    assert one is not None
    return {form.standing for form in one.forms}


def is_played(line: Line) -> bool:
    """In production: what a demo plays needs no review."""
    with transaction(line.database) as db:
        decisions = reviews.newest(db)
    library = build_library(line.flow, line.network, "production", {}, decisions, NOON.date())
    assert library.is_approved(TEXT, "es", "voice") or not library.clips
    return (TEXT, "es") in library.clips


def is_said(line: Line) -> bool:
    with transaction(line.database) as db:
        decisions = reviews.newest(db)
    library = build_library(line.flow, line.network, "production", {}, decisions, NOON.date())
    return library.is_approved(TEXT, "es", "voice")


def approve(browser: Browser) -> None:
    page = browser.get(f"/console/texts/{TEXT}").text
    seen = list(dict.fromkeys(re.findall(r'name="seen" value="(\w+)"', page)))
    assert browser.post(f"/console/texts/{TEXT}/approve", {**REVIEW, "seen": seen}).status_code == 303


def test_the_page_plays_the_recording_beside_its_words(luz: Browser) -> None:
    page = luz.get(f"/console/texts/{TEXT}").text
    [player] = re.findall(r'<audio controls[^>]* src="([^"]+)"', page)
    answer = luz.get(player)
    assert (answer.status_code, answer.content) == (200, FIRST)
    assert answer.headers["content-type"] == "audio/wav"
    assert player in luz.get("/console/texts/recordings").text


def test_nobody_hears_a_recording_that_nobody_reviewed(line: Line, luz: Browser) -> None:
    assert not is_played(line)
    approve(luz)
    assert is_played(line)
    assert standings(line) == {"approved"}


def test_a_swapped_recording_waits_for_a_review_and_a_machine_reads_meanwhile(
    line: Line, luz: Browser, folder: Path
) -> None:
    approve(luz)
    after = swapped(line, folder)
    assert spoken(after).standing == "changed"
    assert spoken(after).is_clip_changed
    assert not is_played(after)
    assert is_said(after), "the words were approved, and they are the same"
    assert spoken(swapped(line, folder, FIRST)).standing == "approved", "what was approved is so again"


def test_the_page_says_that_the_recording_is_another_one(line: Line, luz: Browser, folder: Path) -> None:
    approve(luz)
    assert "another one than was approved" not in luz.get(f"/console/texts/{TEXT}").text
    after = swapped(line, folder)
    with console_of(after, folder) as client:
        again = sign_in_as(client, after, luz.person_id)
        page = again.get(f"/console/texts/{TEXT}").text
        assert "another one than was approved" in page
        [player] = re.findall(r'<audio controls[^>]* src="([^"]+)"', page)
        assert again.get(player).content == SWAPPED
        approve(again)
    assert is_played(after)


def test_a_recording_that_is_added_to_approved_words_waits_and_the_words_go_on(
    line: Line, luz: Browser, folder: Path
) -> None:
    (folder / "audio" / "hola.wav").unlink()
    silent = replace(line, flow=load_flow(folder))
    assert spoken(silent).hash != spoken(line).hash
    approve(luz)
    assert is_said(silent)
    assert is_said(line)


def test_a_block_outlasts_a_swapped_recording(line: Line, luz: Browser, folder: Path) -> None:
    approve(luz)
    block(line, TEXT, "Luz, approver", NOON)
    assert spoken(swapped(line, folder)).standing == "blocked"
    assert not is_said(swapped(line, folder))


def test_a_decision_is_told_once_though_it_is_about_words_and_sound(line: Line, luz: Browser) -> None:
    approve(luz)
    [decided] = decisions_on(line, TEXT)
    told = [(one.review.language, one.review.channel) for one in decided]
    assert len(told) == len(set(told))
    assert spoken(line).hash in {one.review.hash for one in decided}


def test_words_that_change_ask_again_whatever_is_heard(line: Line, luz: Browser, folder: Path) -> None:
    approve(luz)
    page = folder / "texts" / "voice.yaml"
    words = line.flow.texts[TEXT].voice["es"]
    changed = page.read_text(encoding="utf-8").replace(words, f"{words} Gracias.")
    page.write_text(changed, encoding="utf-8")
    after = replace(line, flow=load_flow(folder))
    assert spoken(after).standing == "changed"
    assert not is_said(after)
