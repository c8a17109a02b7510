"""Recorded clips that stand for a wording on a call: the files that texts name, known by their content."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final

from hotline.flow.model import Flow

FOLDER: Final = "audio"

# What the carrier plays, of which we take two: https://www.twilio.com/docs/voice/twiml/play
CONTENT_TYPES: Final[dict[str, str]] = {".mp3": "audio/mpeg", ".wav": "audio/wav"}
# How such a file begins: an mp3 with a tag or with the sync bits of a frame.
_BEGINNINGS: Final[dict[str, tuple[bytes, ...]]] = {
    ".mp3": (b"ID3", b"\xff\xfb", b"\xff\xfa", b"\xff\xf3", b"\xff\xf2", b"\xff\xe3", b"\xff\xe2"),
    ".wav": (b"RIFF",),
}


@dataclass(frozen=True, slots=True)
class Clip:
    """`name` is made of the content, so that whoever has it once never needs to ask again."""

    name: str
    content_type: str
    body: bytes = field(repr=False)


def read_clips(flows: Path, flow: Flow) -> Mapping[str, Clip]:
    """The clips that texts name, by file name; one that is missing or no sound is left out, and is spoken."""
    return dict(_read(flows / FOLDER, flow))


def with_sounds(flow: Flow, flows: Path) -> Flow:
    """The same flow, its texts knowing what their clips hold: a swapped clip asks for a review of its own."""
    clips = read_clips(flows, flow)
    texts = {
        text_id: text.model_copy(
            update={
                "sounds": {
                    language: clips[file].name for language, file in text.audio.items() if file in clips
                }
            }
        )
        for text_id, text in flow.texts.items()
    }
    return flow.model_copy(update={"texts": texts})


def _read(folder: Path, flow: Flow) -> Iterator[tuple[str, Clip]]:
    for file in sorted({file for text in flow.texts.values() for file in text.audio.values()}):
        suffix = Path(file).suffix
        try:
            body = (folder / file).read_bytes()
        except OSError:
            continue
        if body.startswith(_BEGINNINGS[suffix]):
            yield file, Clip(f"{sha256(body).hexdigest()[:32]}{suffix}", CONTENT_TYPES[suffix], body)
