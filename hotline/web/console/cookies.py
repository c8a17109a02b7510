"""The cookies of the console: the session, a sentence to say once, a language before anyone is known."""

from typing import Final

from starlette.responses import Response

LANGUAGE: Final = "hotline_language"
SAID_S: Final = 30


def session_name(is_secure: bool) -> str:
    """A `__Host-` cookie can be set by this host alone, over TLS alone."""
    return "__Host-hotline" if is_secure else "hotline"


def said_name(is_secure: bool) -> str:
    """The cookie of the sentence: nobody at a neighbouring host may put words into our mouth."""
    return "__Host-hotline-said" if is_secure else "hotline_said"


def set_session(response: Response, token: str, is_secure: bool) -> None:
    """Keep the session in the browser until it is closed."""
    response.set_cookie(
        session_name(is_secure), token, path="/", secure=is_secure, httponly=True, samesite="lax"
    )


def end_session(response: Response, is_secure: bool) -> None:
    response.delete_cookie(session_name(is_secure), path="/", secure=is_secure, httponly=True, samesite="lax")
