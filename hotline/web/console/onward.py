"""Between the pages of an account: where to go on, what was typed, and proof anew before what matters."""

from urllib.parse import quote, urlsplit

from hotline.operations.sessions import has_stepped_up
from hotline.web.console.forms import FormFields
from hotline.web.console.guard import GoElsewhere
from hotline.web.console.page import ROOT, PageContext

_LOOPS = ("/login", "/step-up", "/sign-out")


def below(path: str) -> str:
    """Where to go on, as a path below the console: never another place, nor back to a door."""
    parts = urlsplit(path.replace("\\", "/"))
    rest = parts.path.removeprefix(ROOT)
    is_elsewhere = parts.scheme or parts.netloc or not parts.path.startswith(f"{ROOT}/")
    if is_elsewhere or rest.startswith(("//", *_LOOPS)) or not rest.isprintable():
        return ""
    return rest + (f"?{parts.query}" if parts.query and parts.query.isprintable() else "")


def typed(form: FormFields, name: str, longest: int = 1_000) -> str:
    """As it was typed: spaces around a password are part of it."""
    value = form.data.get(name, "")
    return value[:longest] if isinstance(value, str) else ""


def require_proof(page: PageContext, then: str) -> None:
    """What people sign in with is not changed by whoever finds a screen left open. `then`: where they come
    back to, below the console. Raises GoElsewhere."""
    if not has_stepped_up(page.me, page.now):
        raise GoElsewhere(f"{ROOT}/step-up?next={quote(ROOT + then)}")
