"""Where Twilio's own OpenAPI document is, when it is there: beside the project."""

from pathlib import Path
from typing import Final

DOCUMENT: Final = Path(__file__).parents[3] / "shared" / "twilio-openapi" / "twilio_api_v2010.json"
