"""Clips are known by their content, and only what texts name is read."""

from pathlib import Path

import pytest

from hotline.flow.clips import read_clips
from hotline.flow.load import FlowFault, load_flow
from tests.flow.clips import flows_with_clip, tiny_wav


def test_a_clip_is_named_by_its_content(tmp_path: Path) -> None:
    names = set()
    for frames in (80, 80, 81):
        flows = flows_with_clip(tmp_path / str(len(list(tmp_path.iterdir()))), "hola.wav", tiny_wav(frames))
        clip = read_clips(flows, load_flow(flows))["hola.wav"]
        assert (clip.body, clip.content_type) == (tiny_wav(frames), "audio/wav")
        assert clip.name.endswith(".wav")
        assert "hola" not in clip.name
        names.add(clip.name)
    assert len(names) == 2


def test_an_mp3_is_told_from_a_wav(tmp_path: Path) -> None:
    flows = flows_with_clip(tmp_path, "hola.mp3", b"ID3\x04 and so on")
    assert read_clips(flows, load_flow(flows))["hola.mp3"].content_type == "audio/mpeg"


def test_a_file_that_no_text_names_is_not_read(tmp_path: Path) -> None:
    flows = flows_with_clip(tmp_path, "hola.wav", tiny_wav())
    (flows / "audio" / "other.wav").write_bytes(tiny_wav(9))
    assert set(read_clips(flows, load_flow(flows))) == {"hola.wav"}


@pytest.mark.parametrize("sound", [None, b"", b"<html>not a sound</html>"])
def test_a_clip_that_is_missing_or_no_sound_is_left_out(tmp_path: Path, sound: bytes | None) -> None:
    flows = flows_with_clip(tmp_path, "hola.wav", sound)
    assert read_clips(flows, load_flow(flows)) == {}


@pytest.mark.parametrize("file", ["../network.wav", "a/b.wav", "..wav", "hola.yaml", ".wav"])
def test_a_text_names_a_plain_file_of_sound_only(tmp_path: Path, file: str) -> None:
    flows = flows_with_clip(tmp_path, file, None)
    with pytest.raises(FlowFault, match=r"texts/voice.yaml: v_language: audio.es"):
        load_flow(flows)
