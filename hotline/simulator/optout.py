"""Words the carrier itself acts on, and the English answers it gives without asking its customer.

https://help.twilio.com/articles/223134027 ; OPTOUT and REVOKE since 14 May 2025. Single word, any case.
"""

from typing import Final, Literal

Keyword = Literal["STOP", "START", "HELP"]

KEYWORDS: Final[dict[str, Keyword]] = {
    **dict.fromkeys(("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "OPTOUT", "REVOKE"), "STOP"),
    **dict.fromkeys(("START", "YES", "UNSTOP"), "START"),
    **dict.fromkeys(("HELP", "INFO"), "HELP"),
}

ANSWERS: Final[dict[Keyword, str]] = {
    "STOP": "You have successfully been unsubscribed. You will not receive any more messages from this"
    " number. Reply START to resubscribe.",
    "START": "You have successfully been re-subscribed to messages from this number. Reply HELP for help."
    " Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
    "HELP": "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
}


class BlockList:
    """Who asked whom to stop: pairs of (sender number or messaging service, person)."""

    def __init__(self) -> None:
        self._pairs: set[tuple[str, str]] = set()

    def blocks(self, sender: str, person: str) -> bool:
        return (sender, person) in self._pairs

    def hear(self, sender: str, person: str, body: str) -> tuple[Keyword, str | None] | None:
        """Act on a text. Gives the keyword and the carrier's answer, or None for any other text.

        START from someone who was not blocked changes nothing and is not answered.
        """
        keyword = KEYWORDS.get(body.strip().upper())
        pair = (sender, person)
        match keyword:
            case None:
                return None
            case "STOP":
                self._pairs.add(pair)
            case "START":
                if pair not in self._pairs:
                    return keyword, None
                self._pairs.discard(pair)
            case "HELP":
                pass
        return keyword, ANSWERS[keyword]

    def pairs(self) -> list[tuple[str, str]]:
        return sorted(self._pairs)
