"""Audit: who did what, newest first, and whether the chain of it holds."""

from typing import Any, Final
from urllib.parse import urlencode

from starlette.responses import Response

from hotline.operations.audit_chain import BREAKS, last_verified, verify_and_remember
from hotline.store import audit
from hotline.store.database import transaction
from hotline.web.console.page import Page, PageContext
from hotline.web.console.routes import Routes

routes = Routes("audit")

ROWS: Final = 100
_LARGEST: Final = 2**63 - 1


@routes.get("/audit", needs="audit.see")
def show_audit(page: Page, before: str = "", actor: str = "", act: str = "", subject: str = "") -> Response:
    return _audit(page, before, {"actor": actor[:64], "act": act[:40], "subject": subject[:64]})


@routes.post("/audit/verify", needs="audit.see")
def verify(page: Page) -> Response:
    found = verify_and_remember(page.line, page.now)
    return page.show("audit/verified.html", found=found, breaks=BREAKS)


def _audit(page: PageContext, before: str, wanted: dict[str, str]) -> Response:
    wanted = {name: value.replace("\0", "").strip() for name, value in wanted.items()}
    start = int(before) if before.isdecimal() and int(before) <= _LARGEST else None
    with transaction(page.line.database) as db:
        found = audit.lines(db, ROWS + 1, before=start, **wanted)
    rows = found[:ROWS]
    return page.show(
        "audit/list.html",
        rows=rows,
        next=_address(wanted, rows[-1].id) if len(found) > ROWS else "",
        newest=_address(wanted) if start is not None else "",
        wanted=wanted,
        details_of=_details,
        mark=last_verified(page.line),
    )


def _address(wanted: dict[str, str], before: int | None = None) -> str:
    asked = {name: value for name, value in wanted.items() if value}
    if before is not None:
        asked["before"] = str(before)
    return "/console/audit" + (f"?{urlencode(asked)}" if asked else "")


def _details(line: audit.AuditLine) -> list[tuple[str, Any]]:
    return sorted(line.details.items())
