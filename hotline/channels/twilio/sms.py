"""Replies as texts: TwiML for messaging."""

from collections.abc import Callable, Sequence
from typing import Final, assert_never

from hotline.channels.twilio.markup import document, element, escape
from hotline.channels.twilio.sentences import cut
from hotline.flow.reply import Choose, Connect, Goodbye, Hold, Listen, Part, Reply, Tell

LONGEST_MESSAGE: Final = 1600  # error 14103
MOST_MESSAGES: Final = 10  # error 14109

ActionUrl = Callable[[int], str]


def render_sms(replies: Sequence[Reply], action_urls: ActionUrl) -> str:
    """One message for each wording of `wordings_of`, in order; nothing to say is an empty Response.

    `action_urls` gives for the place of a wording (from 0) the absolute address that is told what
    became of it. Raises DocumentTooLong.
    """
    return render_messages(wordings_of(replies), action_urls)


def render_messages(wordings: Sequence[str], action_urls: ActionUrl) -> str:
    """The messages of wordings that `wordings_of` gave before (a stored answer)."""
    return document("".join([_message(body, action_urls(i)) for i, body in enumerate(wordings)]))


def wordings_of(replies: Sequence[Reply]) -> list[str]:
    """What is sent, in order: at most 10 bodies of at most 1,600 characters.

    Beyond ten, short neighbours share a message; what then is still too much is left out.
    """
    bodies = [body for reply in replies for part in _parts(reply) for body in _cut(part.wording)]
    return bodies if len(bodies) <= MOST_MESSAGES else _joined(bodies)[:MOST_MESSAGES]


def _parts(reply: Reply) -> tuple[Part, ...]:
    match reply:
        case Tell() | Choose() | Listen() | Connect() | Goodbye():
            return reply.parts
        case Hold():
            return ()
    assert_never(reply)


def _cut(wording: str) -> list[str]:
    return cut(wording, LONGEST_MESSAGE, _units)


def _units(text: str) -> int:
    """UTF-16 code units: characters beyond the basic plane count as two (error 21617)."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _joined(bodies: list[str]) -> list[str]:
    joined: list[str] = []
    for body in bodies:
        if joined and _units(joined[-1]) + 2 + _units(body) <= LONGEST_MESSAGE:
            joined[-1] += "\n\n" + body
        else:
            joined.append(body)
    return joined


def _message(body: str, action_url: str) -> str:
    return element("Message", escape(body), action=action_url, method="POST")
