"""Recorded clips: a call is told to play them, and the carrier fetches what it was told, nothing else."""

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from hotline.simulator.call.simple import clip_s
from hotline.store.servers.supervisor import Supervisor
from tests.flow.clips import flows_with_clip, tiny_wav
from tests.web.callers import PUBLIC, call_pairs, post, settings_for, web

SOUND = tiny_wav()


@pytest.fixture
def client(
    request: pytest.FixtureRequest, database: Engine, servers: Supervisor, database_url: str, tmp_path: Path
) -> Iterator[TestClient]:
    sound = getattr(request, "param", SOUND)
    flows = flows_with_clip(tmp_path, "hola.wav", sound)
    more = {
        "HOTLINE_FLOWS_DIR": str(flows),
        "HOTLINE_NETWORK_FILE": str(flows / "network.demo.yaml"),
    }
    with web(settings_for(database_url, servers.redis_url, str(tmp_path / "data"), **more)) as client:
        yield client


def heard(client: TestClient) -> str:
    status, body = post(client, "/twilio/voice", call_pairs("CA" + "1" * 32))
    assert status == 200
    return body


def clip(client: TestClient) -> str:
    """The path of the clip that a call is told to play."""
    played = ElementTree.fromstring(heard(client)).findall(".//Play")
    assert len(played) == 1
    address = played[0].text or ""
    assert address.startswith(f"{PUBLIC}/audio/")
    return address.removeprefix(PUBLIC)


def test_a_call_plays_the_clip_for_the_wording_and_speaks_the_other_language(client: TestClient) -> None:
    body = heard(client)
    assert body.count("<Play>") == 1
    assert "For English, press 1" in body
    assert "Para español, oprima 2" not in body


def test_the_clip_is_there_for_ever_under_its_name(client: TestClient) -> None:
    path = clip(client)
    answer = client.get(path)
    assert (answer.status_code, answer.content) == (200, SOUND)
    assert answer.headers["content-type"] == "audio/wav"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert clip_s(answer.content) == pytest.approx(0.01)
    again = client.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_its_head_tells_the_size_without_the_sound(client: TestClient) -> None:
    answer = client.head(clip(client))
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(SOUND))
    assert answer.headers["content-type"] == "audio/wav"


@pytest.mark.parametrize(
    "path",
    [
        "/audio/hola.wav",
        "/audio/",
        "/audio",
        "/audio/../main.yaml",
        "/audio/..%2fmain.yaml",
        "/audio/%2e%2e/main.yaml",
        "/audio/..%5cmain.yaml",
        "/audio//etc/passwd",
        "/audio/" + "0" * 32 + ".wav",
        "/audio/%00.wav",
    ],
)
def test_nothing_else_is_served(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_only_get_and_head_are_answered(client: TestClient) -> None:
    assert client.post(clip(client)).status_code == 405


@pytest.mark.parametrize("client", [None], indirect=True)
def test_a_missing_clip_is_spoken(client: TestClient) -> None:
    body = heard(client)
    assert "<Play>" not in body
    assert "Para español, oprima 2" in body
