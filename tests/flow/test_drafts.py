"""Where the source of the drafts lies beside the repository: shipped wording equals it, letter by letter."""

import re
from typing import Final

import pytest
import yaml

from hotline.domain.language import LANGUAGES, Channel, Language
from tests.flow.shipped import FLOW, ROOT

SOURCE: Final = ROOT.parent / "shared" / "content.md"

NAMED_OTHERWISE: Final[dict[str, tuple[str, Channel]]] = {
    "menu_sms": ("menu", "sms"),
    "v_main": ("menu", "voice"),
    "v_sms_optin": ("optin_confirm", "voice"),
}
# Changed on purpose; each stands in the list for the lawyer.
CHANGED: Final[set[tuple[str, Channel]]] = {
    ("optin_confirm", "sms"),  # says that urgent alerts come at any hour
    ("optin_confirm", "voice"),  # the same, how often, and the key to decline
    ("alerts_choose_area", "voice"),  # alerts may come as calls too
    ("events", "sms"),  # how to get them by text
    ("optin_done", "sms"),  # how often, rates and HELP: after a call it is the only confirmation
    ("v_language", "voice"),  # both halves say who answers
    ("v_rights", "voice"),  # 0 is a person
    ("v_report", "voice"),  # says that it is recorded
}

Draft = tuple[str, Channel, Language, str]


def _drafts() -> list[Draft]:
    page = SOURCE.read_text(encoding="utf-8")
    return _rights(page) + _system(page)


def _rights(page: str) -> list[Draft]:
    blocks = re.findall(r"```yaml\n(- id: .*?)```", page, re.DOTALL)
    topics = [topic for block in blocks for topic in yaml.safe_load(block)]
    channels: tuple[Channel, ...] = ("sms", "voice")
    return [
        (topic["id"], channel, language, topic[f"{channel}_{language}"])
        for topic in topics
        for channel in channels
        for language in LANGUAGES
    ]


def _system(page: str) -> list[Draft]:
    found = re.findall(r"^\*\*`(\w+)`\*\*.*\n- EN: (.*)\n- ES: (.*)$", page, re.MULTILINE)
    drafts: list[Draft] = []
    for draft, english, spanish in found:
        name, channel = NAMED_OTHERWISE.get(draft, (draft, "voice" if draft.startswith("v_") else "sms"))
        drafts += [(name, channel, "en", english), (name, channel, "es", spanish)]
    return drafts


def _shipped(name: str, channel: Channel, language: Language) -> str:
    text = FLOW.texts[name]
    return (text.sms if channel == "sms" else text.voice)[language]


if SOURCE.is_file():

    @pytest.mark.parametrize("draft", _drafts(), ids=lambda draft: "-".join(draft[:3]))
    def test_shipped_wording_equals_its_draft(draft: Draft) -> None:
        name, channel, language, wording = draft
        shipped = _shipped(name, channel, language)
        assert (shipped != wording) == ((name, channel) in CHANGED)

    def test_all_drafts_are_found() -> None:
        assert len(_drafts()) == 15 * 4 + 48 * 2
