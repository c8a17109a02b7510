"""Why something about an account is not done, in words for staff."""

from typing import Final, Literal

from hotline.catalogs import sentence

AccountReason = Literal[
    "nobody",
    "has_account",
    "invitation_over",
    "short",
    "long",
    "common",
    "name",
    "wrong_password",
    "wrong_code",
    "wrong_passkey",
    "needs_second",
    "show_second",
    "last_second",
    "not_admin",
    "oneself",
    "same_admin",
    "no_recovery",
    "recovery_open",
    "no_account",
    "wait",
]

REASONS: Final[dict[AccountReason, str]] = {
    "nobody": sentence("Nobody active has this name."),
    "has_account": sentence("They have an account already. Two admins together can let them in again."),
    "invitation_over": sentence(
        "This invitation was used, or it is more than three days old. Ask an admin for a new one."
    ),
    "short": sentence("Take at least 12 characters. Four words that do not belong together are good."),
    "long": sentence("Take at most 200 characters."),
    "common": sentence("That is one of those that are guessed first. Take another."),
    "name": sentence("A password must not be the name it belongs to."),
    "wrong_password": sentence("That is not your password."),
    "wrong_code": sentence("That code is wrong, or it was used already. Wait for the next one."),
    "wrong_passkey": sentence("That passkey did not work. Try again, or use a code."),
    "needs_second": sentence("Add a code from an app, or a passkey: a password alone is not enough here."),
    "show_second": sentence("Show your second proof: a password alone is not enough here."),
    "last_second": sentence("It is your only second proof. Add another before you remove it."),
    "not_admin": sentence("Only an admin can do this."),
    "oneself": sentence("Nobody lets themselves in again: two other admins do."),
    "same_admin": sentence("You asked for it: another admin must confirm it."),
    "no_recovery": sentence("Nothing waits to be confirmed: it was confirmed, withdrawn or is too old."),
    "recovery_open": sentence("Somebody asked for this already: it waits for another admin."),
    "no_account": sentence("They have no account yet. Invite them instead."),
    "wait": sentence("That was wrong too often. Wait a minute and try again."),
}


class AccountRefused(Exception):
    """It is not done; `reason` says why."""

    def __init__(self, reason: AccountReason) -> None:
        super().__init__(reason)
        self.reason: AccountReason = reason
