"""Ways in: inviting somebody, and letting somebody in again by two admins."""

from starlette.responses import Response

from hotline.catalogs import sentence
from hotline.operations import invitations, recovery
from hotline.operations.account_refusals import REASONS, AccountRefused
from hotline.operations.invitations import Invited
from hotline.store import accounts
from hotline.store.database import transaction
from hotline.web.console.forms import Form
from hotline.web.console.onward import require_proof
from hotline.web.console.page import Page, PageContext
from hotline.web.console.routes import Routes

routes = Routes("recovery")


@routes.get("/recovery", needs="people.edit")
def show_ways_in(page: Page, name: str = "") -> Response:
    return _ways_in(page, name=name[:80])


@routes.post("/recovery/invite", needs="people.edit")
def invite(page: Page, form: Form) -> Response:
    require_proof(page, "/recovery")
    name = form.text("name", 80)
    try:
        with transaction(page.line.database) as db:
            of = accounts.named(db, name)
        if of is None:
            raise AccountRefused("nobody")
        invited = invitations.invite(page.line, of.person_id, page.me.name, page.now)
    except AccountRefused as refused:
        return _ways_in(page, name=name, wrong={"invite": page.say(REASONS[refused.reason])})
    return _link(page, invited)


@routes.post("/recovery/ask", needs="people.edit")
def ask(page: Page, form: Form) -> Response:
    require_proof(page, "/recovery")
    name = form.text("name", 80)
    try:
        recovery.ask(page.line, page.me, name, page.now)
    except AccountRefused as refused:
        return _ways_in(page, name=name, wrong={"ask": page.say(REASONS[refused.reason])})
    return page.go("/recovery", sentence("Another admin must confirm it within three days."))


@routes.post("/recovery/{person_id}/confirm", needs="people.edit")
def confirm(page: Page, person_id: int) -> Response:
    require_proof(page, "/recovery")
    try:
        return _link(page, recovery.confirm(page.line, page.me, person_id, page.now))
    except AccountRefused as refused:
        return page.go("/recovery", REASONS[refused.reason])


@routes.post("/recovery/{person_id}/withdraw", needs="people.edit")
def withdraw(page: Page, person_id: int) -> Response:
    try:
        recovery.withdraw(page.line, page.me, person_id, page.now)
    except AccountRefused as refused:
        return page.go("/recovery", REASONS[refused.reason])
    return page.go("/recovery", sentence("Nobody is let in again."))


def _ways_in(page: PageContext, name: str = "", wrong: dict[str, str] | None = None) -> Response:
    return page.show(
        "account/recovery.html",
        status=422 if wrong else 200,
        waiting=recovery.waiting(page.line, page.now),
        name=name,
        wrong=wrong or {},
    )


def _link(page: PageContext, invited: Invited) -> Response:
    return page.show("account/link.html", invited=invited, link=page.desk.public_url + invited.path)
