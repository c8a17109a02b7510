"""Rules of passwords: length before everything, and none that everybody tries first.

After NIST SP 800-63B 3.1.1.2 (https://pages.nist.gov/800-63-4/sp800-63b.html): no rules about which signs, a
list of what is guessed first, Unicode in one form.
"""

import re
import unicodedata
from typing import Final, Literal

SHORTEST: Final = 12
LONGEST: Final = 200  # signs; a bound, so that nobody makes us hash a book

WeakPassword = Literal["short", "long", "common", "name"]

_FEWEST_DIFFERENT: Final = 5
_RUN: Final = (
    "abcdefghijklmnopqrstuvwxyz 1234567890 qwertyuiop asdfghjkl zxcvbnm qwertzuiop 1q2w3e4r5t6y7u8i9o0p"
)

# What is left of them in small letters without what stands before and after the first and last letter.
COMMON: Final = frozenset(
    """
    password passwords passw0rd p@ssw0rd p@ssword passwordpassword mypassword newpassword changeme changeit
    changemenow letmein letmeinnow letmeinplease welcome welcomehome welcometo administrator admin adminadmin
    rootroot superman batman spiderman dragon monkey football baseball basketball iloveyou iloveyouso trustno
    sunshine princess starwars whatever freedom qwerty qwertyqwerty hello helloworld secret secretsecret
    correcthorsebatterystaple hotline hotlinehotline contraseña contrasena micontraseña micontrasena
    lacontraseña clave miclave clavesecreta teamo teamomucho tequiero tequieromucho bienvenido bienvenidos
    administrador holahola holamundo mexico mexicomexico vivamexico guadalupe virgendeguadalupe dioses amor
    diosesgrande dioseselgrande jesucristo jesus futbol barcelona realmadrid losangeles california
    libertad justicia estrella corazon princesa familia mifamilia chivas americaamerica laraza
    """.split()  # noqa: SIM905 - a list of words reads best as words
)


def normal(password: str) -> str:
    """One form for what two keyboards write differently."""
    return unicodedata.normalize("NFC", password)


def weakness(password: str, name: str = "") -> WeakPassword | None:
    """Why a password is not taken; None for a good one. `name` is whose it would be."""
    signs = normal(password)
    if len(signs) < SHORTEST:
        return "short"
    if len(signs) > LONGEST:
        return "long"
    small = signs.casefold()
    if _is_guessed_first(small):
        return "common"
    return "name" if name and _rest(small) in {_rest(name.casefold()), _rest(name.casefold()) * 2} else None


def _is_guessed_first(small: str) -> bool:
    rest = _rest(small)
    if len(set(small)) < _FEWEST_DIFFERENT or rest in COMMON:
        return True
    signs = re.sub(r"[\W_]+", "", small)
    tried = (signs, rest) if len(rest) * 2 >= len(small) else (signs,)
    return any(one in run * 3 or one[::-1] in run * 3 for one in tried for run in _RUN.split())


def _rest(small: str) -> str:
    """The words of it, without the year and the exclamation mark that people put behind them."""
    return re.sub(r"^[\W\d_]+|[\W\d_]+$|\s+", "", small)
