"""What these tests need that a machine may lack."""

import os
from pathlib import Path

_BESIDE = Path(__file__).parents[3] / "shared" / "twilio-openapi"
OPENAPI = Path(os.environ.get("HOTLINE_TWILIO_OPENAPI", _BESIDE)) / "twilio_api_v2010.json"

collect_ignore = [] if OPENAPI.exists() else ["test_openapi.py"]


def pytest_report_header() -> str:
    if OPENAPI.exists():
        return "twilio openapi: found"
    return "twilio openapi: not found, the pretend carrier's answers are not checked against it"
