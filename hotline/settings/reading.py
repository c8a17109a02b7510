"""Read variables into a value, and gather every fault on the way."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, Literal, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hotline.domain.hours import BadHours, Hours, read_hours
from hotline.domain.phone import NotAPhoneNumber, PhoneNumber, parse_phone
from hotline.domain.timing import USUAL, Timing
from hotline.settings.pace import BadPace, read_rate, read_sender_rates, read_timing
from hotline.settings.rules import faults_of
from hotline.settings.value import BadSettings, Settings
from hotline.settings.variables import (
    DEMO_ACCOUNT_SID,
    DEMO_AUTH_TOKEN,
    DEMO_NUMBER,
    ROOT,
    VARIABLES,
)

_ADDRESS: Final = "put an address such as https://line.example.org, without user, query or #"
_TILES: Final = "put an address such as https://tiles.example.org/{z}/{x}/{y}.png, or leave it empty"
_POSTGRESQL: Final = ("postgresql", "postgresql+psycopg")
_REDIS: Final = ("redis", "rediss", "unix")
MOST_DOLLARS: Final = 1_000_000
MOST_PROCESSES: Final = 1000
T = TypeVar("T")


class Reader:
    """Reads variables and gathers faults, so that an operator sees all of them at once."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self._given = given
        self._faults: list[str] = []
        self._defaults = {variable.name: variable.default for variable in VARIABLES}

    def read(self) -> Settings:
        mode = self._text("HOTLINE_MODE")
        if mode not in {"demo", "production"}:
            raise BadSettings(["HOTLINE_MODE: put demo (no account, no real person) or production"])
        if mode == "demo":
            self._use_demo_defaults()
        settings = self._settings("demo" if mode == "demo" else "production")
        faults = self._faults + faults_of(settings, self._given)
        if faults:
            raise BadSettings(faults)
        return settings

    def _settings(self, mode: Literal["demo", "production"]) -> Settings:
        zone = self._zone()
        numbers = self._numbers("TWILIO_FROM_NUMBERS")
        key_file = self._text("HOTLINE_SECRET_KEY_FILE")
        return Settings(
            mode=mode,
            public_url=self._url("HOTLINE_PUBLIC_URL"),
            data_dir=Path(self._text("HOTLINE_DATA_DIR")).absolute(),
            database_url=self._server("HOTLINE_DATABASE_URL", _POSTGRESQL),
            redis_url=self._server("HOTLINE_REDIS_URL", _REDIS),
            secret_key=self._text("HOTLINE_SECRET_KEY"),
            secret_key_file=Path(key_file) if key_file else None,
            zone=zone,
            hours=self._hours(zone),
            org=self._text("HOTLINE_ORG"),
            network_file=Path(self._text("HOTLINE_NETWORK_FILE")),
            flows_dir=Path(self._text("HOTLINE_FLOWS_DIR")),
            log_level=self._one_of("HOTLINE_LOG_LEVEL", {"debug", "info", "warning", "error"}),
            account_sid=self._text("TWILIO_ACCOUNT_SID"),
            auth_tokens=self._list("TWILIO_AUTH_TOKEN"),
            webhook_keys=self._pairs("TWILIO_WEBHOOK_KEYS"),
            api_key=self._text("TWILIO_API_KEY"),
            api_secret=self._text("TWILIO_API_SECRET"),
            api_base_url=self._url("TWILIO_API_BASE_URL"),
            from_numbers=numbers,
            messaging_service_sid=self._text("TWILIO_MESSAGING_SERVICE_SID"),
            voice_number=self._voice_number(numbers),
            carrier_handles_words=self._one_of("TWILIO_HANDLES_STOP", {"yes", "no"}) == "yes",
            keep_days=self._keep_days(),
            daily_spend=self._limit("HOTLINE_DAILY_SPEND"),
            segment_price=self._money("HOTLINE_SEGMENT_PRICE") or 0,
            segments_per_second=self._rate_or_none("HOTLINE_SEGMENTS_PER_SECOND"),
            sender_rates=self._sender_rates(),
            account_segments_per_second=self._rate("HOTLINE_ACCOUNT_SEGMENTS_PER_SECOND"),
            sending_processes=self._processes("HOTLINE_SENDING_PROCESSES"),
            calls_per_second=self._rate("HOTLINE_CALLS_PER_SECOND"),
            call_price=self._money("HOTLINE_CALL_PRICE") or 0,
            map_tiles=self._tiles(),
            timing=self._timing(),
        )

    def _use_demo_defaults(self) -> None:
        """Demo takes no account from outside: a real credential in the environment is not used."""
        self._given = {
            name: value
            for name, value in self._given.items()
            if name not in {"TWILIO_WEBHOOK_KEYS", "TWILIO_API_KEY", "TWILIO_API_SECRET"}
            and name not in {"TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_MESSAGING_SERVICE_SID"}
        }
        self._defaults |= {
            "TWILIO_ACCOUNT_SID": DEMO_ACCOUNT_SID,
            "TWILIO_AUTH_TOKEN": DEMO_AUTH_TOKEN,
            "TWILIO_API_BASE_URL": "http://127.0.0.1:8001",
            "TWILIO_FROM_NUMBERS": DEMO_NUMBER,
            "HOTLINE_NETWORK_FILE": str(ROOT / "flows" / "network.demo.yaml"),
        }

    def _fault(self, name: str, what: str) -> None:
        self._faults.append(f"{name}: {what}")

    def _text(self, name: str) -> str:
        return (self._given.get(name) or self._defaults[name]).strip()

    def _list(self, name: str) -> tuple[str, ...]:
        return tuple(piece.strip() for piece in self._text(name).split(",") if piece.strip())

    def _one_of(self, name: str, choices: set[str]) -> str:
        value = self._text(name).lower()
        if value not in choices:
            self._fault(name, f"put one of {', '.join(sorted(choices))}")
        return value

    def _url(self, name: str) -> str:
        value = self._text(name).rstrip("/")
        try:
            parts = urlsplit(value)
            is_whole = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        except ValueError:  # a bracket that is not closed, a port that is no number
            self._fault(name, _ADDRESS)
            return self._defaults[name]
        if not is_whole or parts.query or parts.fragment or parts.username:
            self._fault(name, _ADDRESS)
        return value

    def _tiles(self) -> str:
        """Where map pictures come from; the one place besides us that a browser of the console may ask."""
        value = self._text("HOTLINE_MAP_TILES")
        try:
            parts = urlsplit(value)
            is_whole = parts.scheme == "https" and bool(parts.hostname) and "{" not in parts.netloc
        except ValueError:
            is_whole = False
        is_plain = value.isascii() and not set(value) & set(" \t;,'\"")
        if value and not (is_whole and is_plain and all(part in value for part in ("{z}", "{x}", "{y}"))):
            self._fault("HOTLINE_MAP_TILES", _TILES)
            return ""
        return value

    def _server(self, name: str, schemes: tuple[str, ...]) -> str:
        """The address of a database or Redis; empty for the embedded one."""
        value = self._text(name)
        if value and value.partition("://")[0] not in schemes:
            self._fault(name, f"put an address that begins with {schemes[0]}://, or leave it empty")
        return value

    def _zone(self) -> ZoneInfo:
        try:
            return ZoneInfo(self._text("HOTLINE_TIMEZONE"))
        except (ZoneInfoNotFoundError, ValueError):
            self._fault("HOTLINE_TIMEZONE", "put a time zone such as America/Los_Angeles")
            return ZoneInfo("UTC")

    def _hours(self, zone: ZoneInfo) -> Hours:
        try:
            return read_hours(self._text("HOTLINE_HOURS"), zone)
        except BadHours as fault:
            self._fault("HOTLINE_HOURS", str(fault))
            return Hours(zone)

    def _number(self, name: str, text: str) -> PhoneNumber | None:
        try:
            return parse_phone(text)
        except NotAPhoneNumber:
            self._fault(name, "holds something that is no telephone number; write +12135550123")
            return None

    def _numbers(self, name: str) -> tuple[PhoneNumber, ...]:
        found = (self._number(name, piece) for piece in self._list(name))
        return tuple(number for number in found if number)

    def _voice_number(self, numbers: tuple[PhoneNumber, ...]) -> PhoneNumber:
        text = self._text("HOTLINE_VOICE_NUMBER")
        number = self._number("HOTLINE_VOICE_NUMBER", text) if text else next(iter(numbers), None)
        if number is None and not text:
            self._fault("HOTLINE_VOICE_NUMBER", "put the number that callers see when we call them back")
        return number or PhoneNumber(DEMO_NUMBER)

    def _pairs(self, name: str) -> dict[str, str]:
        pairs = [piece.partition(":") for piece in self._list(name)]
        if any(not key or not colon or not secret for key, colon, secret in pairs):
            self._fault(name, "write id:secret,id:secret")
        return {key: secret for key, _, secret in pairs}

    def _keep_days(self) -> dict[str, int]:
        kinds = ("CONTACT", "MESSAGE", "REPORT", "RECORDING", "TICKET")
        return {kind.lower(): self._count(f"HOTLINE_KEEP_{kind}_DAYS") for kind in kinds}

    def _count(self, name: str) -> int:
        value = self._text(name)
        if not value.isdecimal() or not 1 <= int(value) <= 3650:
            self._fault(name, "put a number of days from 1 to 3650")
            return 1
        return int(value)

    def _limit(self, name: str) -> int | None:
        """An amount of dollars; given but empty there is no limit, not given at all there is the default."""
        is_empty = name in self._given and not self._given[name].strip()
        return None if is_empty else self._money(name)

    def _money(self, name: str) -> int | None:
        """Dollars as millionths, so that sums are exact."""
        value = self._text(name)
        if value.lower() in {"", "none"}:
            return None
        try:
            dollars = float(value)
        except ValueError:
            dollars = -1.0
        if not 0 <= dollars <= MOST_DOLLARS:  # neither is what is no number
            self._fault(name, "put an amount in dollars, such as 50 or 0.0079")
            return None
        return round(dollars * 1_000_000)

    def _rate(self, name: str) -> float:
        return self._paced(name, read_rate, 1.0)

    def _rate_or_none(self, name: str) -> float | None:
        return self._rate(name) if self._text(name) else None

    def _sender_rates(self) -> dict[str, float]:
        return self._paced("HOTLINE_SENDER_RATES", read_sender_rates, {})

    def _timing(self) -> Timing:
        return self._paced("HOTLINE_TIMING", read_timing, USUAL)

    def _paced(self, name: str, read: Callable[[str], T], otherwise: T) -> T:
        try:
            return read(self._text(name))
        except BadPace as fault:
            self._fault(name, str(fault))
            return otherwise

    def _processes(self, name: str) -> int:
        value = self._text(name)
        if not value.isdecimal() or not 1 <= int(value) <= MOST_PROCESSES:
            self._fault(name, f"put how many workers send at once over all hosts, 1 to {MOST_PROCESSES}")
            return 1
        return int(value)
