import shutil
from pathlib import Path

import pytest

from hotline.settings import ROOT
from tests.cli.commands import run, said
from tests.flow.clips import flows_with_clip, tiny_wav


def copied(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "flows", tmp_path / "flows")
    return tmp_path / "flows"


def replaced(folder: Path, file: str, before: str, after: str) -> Path:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    return folder


def test_the_shipped_flow_passes_without_any_setting() -> None:
    result = run("check")
    assert result.exit_code == 0
    assert "No faults" in said(result)


def test_a_fault_ends_with_status_one_and_names_its_place(tmp_path: Path) -> None:
    folder = replaced(
        copied(tmp_path), "texts/line.yaml", "Reply MENU for topics, REPORT", "Reply DANCE, REPORT"
    )
    result = run("check", "--flows", str(folder))
    assert result.exit_code == 1
    assert "texts/line.yaml unknown en tells people to send DANCE" in said(result)


def test_a_recorded_clip_that_is_missing_is_named_with_its_text(tmp_path: Path) -> None:
    result = run("check", "--flows", str(flows_with_clip(tmp_path, "hola.wav", None)))
    assert result.exit_code == 1
    assert "texts/voice.yaml v_language es names the clip audio/hola.wav, which is missing" in said(result)


def test_a_recorded_clip_that_is_there_passes(tmp_path: Path) -> None:
    assert run("check", "--flows", str(flows_with_clip(tmp_path, "hola.wav", tiny_wav()))).exit_code == 0


def test_a_flow_that_does_not_load_is_told_the_same_way(tmp_path: Path) -> None:
    folder = replaced(copied(tmp_path), "rights.yaml", "text: work, goto: heard", "text: work, goto: nowhere")
    result = run("check", "--flows", str(folder))
    assert result.exit_code == 1
    assert "rights.yaml topic.work goto nowhere does not exist" in said(result)


@pytest.mark.parametrize("page", ["a: [", "- a\n- b\n"])
def test_a_file_that_is_no_yaml_is_told_by_name(tmp_path: Path, page: str) -> None:
    folder = copied(tmp_path)
    (folder / "person.yaml").write_text(page)
    result = run("check", "--flows", str(folder))
    assert result.exit_code == 1
    assert "person.yaml" in said(result)


def test_a_missing_network_file_is_told(tmp_path: Path) -> None:
    result = run("check", "--network", str(tmp_path / "none.yaml"))
    assert result.exit_code == 1
    assert "none.yaml: cannot be read" in said(result)


def test_it_speaks_spanish_to_a_spanish_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "es_MX.UTF-8")
    assert "Sin fallas" in said(run("check"))


def test_the_graph_draws_every_node() -> None:
    drawn = run("flows", "graph").output
    assert drawn.startswith("flowchart LR")
    assert 'n_main{{"main"}}' in drawn
    assert 'n_main -- "1" --> n_door_now' in drawn
    assert 'n_door_now -- "call" --> n_door_now_call' in drawn


def test_a_conversation_can_be_played_by_text() -> None:
    result = run("talk", typed="casa\nreportar\nsi\n\n")
    assert result.exit_code == 0
    assert "CASA: Puede dejar la puerta cerrada" in said(result)
    assert "¿Lo ve usted en persona?" in said(result)
    assert "StartReport" in said(result)


def test_a_conversation_can_be_played_by_keys() -> None:
    result = run("talk", "--call", "--language", "es", typed="0\nnobody\nrecorded\n")
    assert result.exit_code == 0
    assert "Estoy llamando a nuestros voluntarios" in said(result)
    assert "Deje" in said(result) or "dejarnos un mensaje" in said(result)
    assert "OpenTicket" in said(result)


def test_a_language_nobody_speaks_is_refused() -> None:
    result = run("talk", "--language", "fr")
    assert result.exit_code == 1
    assert "There is no fr" in said(result)
