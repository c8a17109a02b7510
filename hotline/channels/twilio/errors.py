"""Why a webhook is turned away, as one tree: the door answers `status` with no bytes."""

from typing import ClassVar


class BadWebhook(Exception):
    """Not a request that the carrier makes. The text names a parameter, never its value."""

    status: ClassVar[int] = 403


class Unreadable(BadWebhook):
    """The body is no form in UTF-8."""


class DoubledParameter(BadWebhook):
    """A parameter that we read stands there twice: which one was signed for is anyone's guess."""


class Malformed(BadWebhook):
    """A parameter that we cannot do without is missing or has no meaning."""


class WrongAccount(BadWebhook):
    """The request is of another account than ours."""
