"""Builders: a tiny sound, and a copy of the shipped flows in which a text has a recorded clip."""

import io
import shutil
import wave
from pathlib import Path

from hotline.settings import ROOT


def tiny_wav(frames: int = 80) -> bytes:
    """Silence as the telephone network carries it: 8,000 samples a second."""
    sound = io.BytesIO()
    with wave.open(sound, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\0\0" * frames)
    return sound.getvalue()


def flows_with_clip(folder: Path, file: str, sound: bytes | None, text: str = "v_language") -> Path:
    """`text` of `texts/voice.yaml` names `file` as its Spanish clip; with no sound there is no such file."""
    flows = folder / "flows"
    shutil.copytree(ROOT / "flows", flows)
    page = flows / "texts" / "voice.yaml"
    words = page.read_text(encoding="utf-8")
    assert f"{text}:\n" in words
    page.write_text(words.replace(f"{text}:\n", f"{text}:\n  audio: {{es: {file}}}\n", 1), encoding="utf-8")
    if sound is not None:
        (flows / "audio").mkdir()
        (flows / "audio" / file).write_bytes(sound)
    return flows
