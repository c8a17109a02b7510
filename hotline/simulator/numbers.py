"""Which numbers exist in the pretend world, and where the number plan says they are."""

from typing import Final

from hotline.domain.phone import NotAPhoneNumber, parse_phone

# Area code -> city, state, ZIP, as a carrier's number plan would have it (upper case, as it arrives).
_PLACES: Final[dict[str, tuple[str, str, str]]] = {
    "213": ("LOS ANGELES", "CA", "90012"),
    "323": ("LOS ANGELES", "CA", "90011"),
    "415": ("SAN FRANCISCO", "CA", "94110"),
    "312": ("CHICAGO", "IL", "60608"),
    "212": ("NEW YORK", "NY", "10001"),
    "602": ("PHOENIX", "AZ", "85009"),
}


def normalise(text: str) -> str | None:
    """E.164, or None for what is no telephone number."""
    try:
        return parse_phone(text).e164
    except NotAPhoneNumber:
        return None


def is_pretend(number: str) -> bool:
    """Does the number reach nobody (555-0100 to 0199, 500-555)?"""
    try:
        return parse_phone(number).is_test
    except NotAPhoneNumber:
        return False


def geography(side: str, number: str) -> list[tuple[str, str]]:
    """`FromCity`, `FromState`, `FromZip`, `FromCountry` (or `To...`, `Caller...`, `Called...`).

    The called side has an empty ZIP: Twilio sends empty parameters, and signs them.
    """
    city, state, zip_code = _PLACES.get(number[2:5], ("", "", ""))
    zip_code = "" if side in {"To", "Called"} else zip_code
    values = {"City": city, "State": state, "Zip": zip_code, "Country": "US"}
    return [(side + name, value) for name, value in values.items()]


def formatted(number: str) -> str:
    """`+12135550123` as `(213) 555-0123`."""
    return f"({number[2:5]}) {number[5:8]}-{number[8:]}" if number.startswith("+1") else number
