"""Recorded clips: each is there, stands for a spoken wording, and says nothing that changes."""

from collections.abc import Iterator

from hotline.flow.clips import FOLDER
from hotline.flow.fault import Flaw
from hotline.flow.texts import placeholders
from hotline.operations.check.subject import Subject


def clip_flaws(subject: Subject) -> Iterator[Flaw]:
    """What is wrong with the clips that texts name."""
    for name, text in subject.flow.texts.items():
        for language, file in text.audio.items():
            if file not in subject.clips:
                missing = f"names the clip {FOLDER}/{file}, which is missing or no sound of its kind"
                yield Flaw("text", name, missing, language)
            if language not in text.voice:
                alone = f"has the clip {file}, and no voice wording that it stands for"
                yield Flaw("text", name, alone, language)
                continue
            for changing in sorted(placeholders(text.voice[language]) - subject.known(language).keys()):
                sentence = f"has the clip {file}, which cannot say {{{changing}}}: that changes"
                yield Flaw("text", name, sentence, language)
