"""Templates obey the strict policy: nothing inline, nothing that is evaluated, every form with its token."""

import re
from pathlib import Path
from typing import Final

import pytest

from hotline.settings import ROOT

FOLDER: Final = ROOT / "hotline" / "web" / "console" / "templates"
FORBIDDEN: Final = {
    "an inline script": r"<script(?![^>]*\bsrc=)",
    "an inline style": r"<style|\sstyle=",
    "an inline handler": r"\son[a-z]+=",
    "a handler of htmx": r"\shx-on",
    "words that htmx evaluates": r"=[\"']\s*js:|javascript:",
    "a filter in a trigger, which throws and stops the page": r"hx-trigger=[\"'][^\"']*\[",
    "an address elsewhere": r"(?:src|href|action)=[\"']https?:",
    "marked as safe": r"\|\s*safe\b",
}
POSTS: Final = re.compile(r"<form\b[^>]*method=[\"']post[\"'][^>]*>(.*?)</form>", re.DOTALL | re.IGNORECASE)


def templates() -> list[Path]:
    return sorted(FOLDER.rglob("*.html"))


@pytest.mark.parametrize("path", templates(), ids=lambda path: str(path.relative_to(FOLDER)))
@pytest.mark.parametrize("what", FORBIDDEN)
def test_a_template_holds_nothing_that_the_policy_forbids(path: Path, what: str) -> None:
    assert re.search(FORBIDDEN[what], path.read_text(encoding="utf-8")) is None, what


@pytest.mark.parametrize("path", templates(), ids=lambda path: str(path.relative_to(FOLDER)))
def test_every_form_that_changes_something_carries_its_token(path: Path) -> None:
    for form in POSTS.findall(path.read_text(encoding="utf-8")):
        assert 'name="csrf"' in form or "csrf_field()" in form or "login" in str(path)


def test_the_rules_see_what_they_forbid() -> None:
    bad = "<script>1</script><p style='x' onclick='y' hx-on:click='z' hx-trigger='click[a]'>{{ x|safe }}"
    found = {what for what, pattern in FORBIDDEN.items() if re.search(pattern, bad)}
    assert found == {
        "an inline script",
        "an inline style",
        "an inline handler",
        "a handler of htmx",
        "a filter in a trigger, which throws and stops the page",
        "marked as safe",
    }
