"""Every setting there is: name, meaning, default, and whether its value stays hidden."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent.parent
TWILIO_API: Final = "https://api.twilio.com"

# Demo needs no account: these name nobody and open nothing outside this machine.
DEMO_ACCOUNT_SID: Final = "AC" + "d" * 32
DEMO_AUTH_TOKEN: Final = "demo-carrier-on-this-machine-only"  # noqa: S105
DEMO_NUMBER: Final = "+15005550006"


@dataclass(frozen=True, slots=True)
class Variable:
    """One setting: what it means, its default, and whether its value stays hidden."""

    name: str
    meaning: str
    default: str = ""
    is_secret: bool = False


VARIABLES: Final = (
    Variable("HOTLINE_MODE", "demo or production; no default"),
    Variable(
        "HOTLINE_PUBLIC_URL",
        "address the carrier calls and signs, such as https://line.example.org",
        "http://127.0.0.1:8000",
    ),
    Variable("HOTLINE_DATA_DIR", "folder of the embedded servers and their data", "var"),
    Variable("HOTLINE_DATABASE_URL", "PostgreSQL 15 or newer; empty: embedded", is_secret=True),
    Variable("HOTLINE_REDIS_URL", "Redis 6.2 or newer; empty: embedded", is_secret=True),
    Variable(
        "HOTLINE_SECRET_KEY", "32 random bytes in base64, or id:key,id:key (the first seals)", is_secret=True
    ),
    Variable("HOTLINE_SECRET_KEY_FILE", "file that holds the key, off the data disk"),
    Variable("HOTLINE_TIMEZONE", "time zone of the network", "America/Los_Angeles"),
    Variable("HOTLINE_ORG", "name of the network, as callers hear it", "Red de Prueba"),
    Variable("HOTLINE_NETWORK_FILE", "numbers, places and names that fill the texts"),
    Variable("HOTLINE_FLOWS_DIR", "folder of the flows", str(ROOT / "flows")),
    Variable("HOTLINE_HOURS", "when dispatchers answer: mon-fri 06:00-18:00, sat 08:00-12:00", "always"),
    Variable(
        "HOTLINE_VOICE_NUMBER", "number that calls go out from; empty: the first of TWILIO_FROM_NUMBERS"
    ),
    Variable("HOTLINE_LOG_LEVEL", "debug, info, warning or error", "info"),
    Variable("TWILIO_ACCOUNT_SID", "account, AC and 32 characters"),
    Variable(
        "TWILIO_AUTH_TOKEN", "auth token that signs webhooks; a list while it is rotated", is_secret=True
    ),
    Variable(
        "TWILIO_WEBHOOK_KEYS", "id:secret,... shared keys that sign webhooks with SHA-256", is_secret=True
    ),
    Variable("TWILIO_API_KEY", "key for calling out, SK and 32 characters (preferred to the token)"),
    Variable("TWILIO_API_SECRET", "secret of that key", is_secret=True),
    Variable("TWILIO_API_BASE_URL", "the carrier's API; demo points it at the pretend carrier", TWILIO_API),
    Variable("TWILIO_FROM_NUMBERS", "our numbers, separated by commas"),
    Variable("TWILIO_MESSAGING_SERVICE_SID", "messaging service, MG and 32 characters"),
    Variable("TWILIO_HANDLES_STOP", "yes when the carrier itself answers STOP and HELP (its default)", "yes"),
    Variable("HOTLINE_KEEP_CONTACT_DAYS", "a contact not seen for so long is erased", "180"),
    Variable("HOTLINE_KEEP_MESSAGE_DAYS", "texts are erased after", "14"),
    Variable("HOTLINE_KEEP_REPORT_DAYS", "reports are emptied after", "30"),
    Variable("HOTLINE_KEEP_RECORDING_DAYS", "recordings are erased after", "7"),
    Variable("HOTLINE_KEEP_TICKET_DAYS", "closed tickets are erased after", "30"),
    Variable("HOTLINE_DAILY_SPEND", "dollars a day after which alerts are held; empty: no limit", "50"),
    Variable("HOTLINE_SEGMENT_PRICE", "dollars for one segment", "0.0079"),
    Variable(
        "HOTLINE_SENDER_RATES",
        "segments a second that each sender is permitted, as +12135550100:1,MG...:225",
    ),
    Variable(
        "HOTLINE_SEGMENTS_PER_SECOND",
        "permitted rate of each sender not named there; empty: by kind (number 1, toll-free 3)",
    ),
    Variable(
        "HOTLINE_ACCOUNT_SEGMENTS_PER_SECOND", "permitted rate of all senders of the account together", "2000"
    ),
    Variable(
        "HOTLINE_SENDING_PROCESSES",
        "how many workers send at most, over all hosts",
        "4",
    ),
    Variable("HOTLINE_TIMING", "times other than usual, in seconds, as lease_s=300,hold_s=600"),
    Variable("HOTLINE_CALLS_PER_SECOND", "alert calls that are begun in a second", "1"),
    Variable("HOTLINE_CALL_PRICE", "dollars for one alert call of a minute", "0.025"),
    Variable(
        "HOTLINE_MAP_TILES",
        "address of map pictures, as https://tiles.example.org/{z}/{x}/{y}.png; empty: a plain map",
    ),
)
