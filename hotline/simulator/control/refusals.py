"""Why an order is not followed."""

from typing import Any, Final

Data = dict[str, Any]

BEHAVIOURS: Final = frozenset({"manual", "voicemail", "answer", "busy", "unreachable", "failed"})

# The page says these in its own two languages, by name.
_REASONS: Final = {
    "not_an_order": "an order is a JSON object",
    "empty_text": "a text needs words or a photo",
    "in_a_call": "this phone is in a call",
    "in_no_call": "this phone is in no call",
    "nothing_rings": "nothing rings on this phone",
    "bad_keys": "keys are 0-9, * and #",
    "bad_behaviour": "behaviour is one of " + ", ".join(sorted(BEHAVIOURS)),
    "not_pretend": "a pretend phone has a number from +1 xxx 555-0100 to 0199",
    "hotlines_number": "this number belongs to the hotline",
    "nobody_there": "nobody answers at that number",
    "bad_photo": "a photo is {base64}",
    "photo_kind": "a photo is a JPEG, PNG or GIF picture",
    "photo_too_big": "the photos of one text have 5 MB together at most",
    "too_many_photos": "a text carries ten photos at most",
    "bad_plan": "this plan cannot be followed",
}


class Refused(Exception):
    """The order cannot be followed; `reason` is a name from the table above."""

    def __init__(self, reason: str, status: int = 400, detail: str = "") -> None:
        super().__init__(reason)
        self.status = status
        self.answer = {"reason": reason, "error": detail or _REASONS[reason]}
