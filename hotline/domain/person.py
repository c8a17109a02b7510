"""People of the network, as far as they are configured and not yet records."""

from dataclasses import dataclass

from hotline.domain.language import Language
from hotline.domain.phone import PhoneNumber


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """Someone who answers: a short name, a phone and the language they hear."""

    name: str
    phone: PhoneNumber
    language: Language
