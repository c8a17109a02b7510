"""Codes as they are typed at a command."""

from hotline.cli.console import Refusal
from hotline.cli.words import say
from hotline.domain.code import read_code


def code_of(given: str) -> str:
    """The code that was meant (`k7-q2` -> `K7Q2`). Raises Refusal."""
    code = read_code(given)
    if code is None:
        raise Refusal(say("{GIVEN} is no code: codes are four letters and digits, as K7Q2.", GIVEN=given))
    return code
