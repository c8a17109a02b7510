"""Recordings: the resource, and a sound file that is as long as it says (a tone; nobody was recorded)."""

import math
import struct
from typing import Any, Final

from hotline.simulator.account import Recording
from hotline.simulator.carrier import Carrier
from hotline.simulator.message import rfc2822
from hotline.simulator.rest.errors import RestError
from hotline.simulator.rest.form import Form
from hotline.simulator.rest.paging import page

_RATE: Final = 8000  # samples a second, one byte each
# A silent MPEG-1 layer III frame, mono, 32 kbit/s, 44.1 kHz: 104 bytes, 1152 samples.
_MP3_FRAME: Final = b"\xff\xfb\x10\xc0" + bytes(100)
_MP3_FRAMES_A_SECOND: Final = 44_100 / 1152


def find(carrier: Carrier, sid: str) -> Recording:
    """Raises RestError 20404."""
    recording = carrier.account.recordings.get(sid)
    if recording is None or recording.status == "deleted":
        raise RestError(20404, f"/Recordings/{sid}.json")
    return recording


def to_json(carrier: Carrier, recording: Recording) -> dict[str, Any]:
    """Twilio's `recording` resource."""
    account = carrier.config.account_sid
    root = f"/2010-04-01/Accounts/{account}/Recordings/{recording.sid}"
    date = rfc2822(recording.started_at)
    return {
        "account_sid": account,
        "api_version": "2010-04-01",
        "call_sid": recording.call_sid,
        "conference_sid": None,
        "channels": 1,
        "date_created": date,
        "date_updated": date,
        "start_time": date,
        "price": None,
        "price_unit": "USD",
        "duration": str(recording.duration_s),
        "sid": recording.sid,
        "source": recording.source,
        "status": recording.status,
        "error_code": None,
        "uri": f"{root}.json",
        "encryption_details": None,
        "subresource_uris": {
            "add_on_results": f"{root}/AddOnResults.json",
            "transcriptions": f"{root}/Transcriptions.json",
        },
        "media_url": f"{carrier.config.url}{root}",
    }


def list_recordings(carrier: Carrier, query: Form, call_sid: str = "") -> dict[str, Any]:
    """GET Recordings, of one call when its sid is given."""
    root = f"/2010-04-01/Accounts/{carrier.config.account_sid}/Recordings.json"
    wanted = call_sid or query.get("CallSid")
    found = [
        recording
        for recording in carrier.account.recordings.values()
        if recording.status != "deleted" and wanted in {"", recording.call_sid}
    ]
    found.reverse()
    return page("recordings", root, query, found, lambda r: r.sid, lambda r: to_json(carrier, r))


def delete(carrier: Carrier, sid: str) -> None:
    recording = find(carrier, sid)
    recording.status = "deleted"
    recording.words.clear()


def sound(carrier: Carrier, sid: str, extension: str) -> tuple[str, bytes]:
    """Content type and file. Raises RestError 20404 before the recording is completed."""
    recording = find(carrier, sid)
    if recording.status != "completed":
        raise RestError(20404, f"/Recordings/{sid}.{extension}")
    if extension == "mp3":
        return "audio/mpeg", _MP3_FRAME * round(recording.duration_s * _MP3_FRAMES_A_SECOND)
    return "audio/x-wav", wav(recording.duration_s)


def wav(duration_s: int) -> bytes:
    """A quiet tone of this length: 8 kHz, 8 bit, mono."""
    second = bytes(128 + round(20 * math.sin(2 * math.pi * 440 * n / _RATE)) for n in range(_RATE))
    samples = second * duration_s
    header = struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF", 36 + len(samples), b"WAVE", b"fmt ", 16, 1, 1, _RATE, _RATE, 1, 8, b"data", len(samples),
    )  # fmt: skip
    return header + samples
