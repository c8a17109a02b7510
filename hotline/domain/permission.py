"""Who may do what: one table of roles and permissions, read by every door."""

from collections.abc import Iterable
from typing import Final, Literal, get_args

from hotline.domain.person import Role

Permission = Literal[
    "account.own",
    "alerts.draft",
    "alerts.release",
    "alerts.see",
    "alerts.steer",
    "audit.see",
    "carrier.see",
    "charts.see",
    "events.edit",
    "events.see",
    "flows.see",
    "held.see",
    "incidents.override",
    "incidents.see",
    "incidents.work",
    "keys.edit",
    "now.see",
    "people.edit",
    "people.number",
    "people.see",
    "recordings.hear",
    "sites.edit",
    "sites.see",
    "sites.tell",
    "subscribers.export",
    "subscribers.open",
    "subscribers.see",
    "texts.block",
    "texts.review",
    "texts.see",
    "tickets.see",
    "tickets.work",
]
PERMISSIONS: Final[tuple[Permission, ...]] = get_args(Permission)

# Everybody who may sign in.
EVERYBODY: Final[frozenset[Permission]] = frozenset(
    {"account.own", "now.see", "alerts.see", "events.see", "texts.see"}
)

# What each role may do besides. A verifier is asked by text and told what they need to look: what callers
# wrote and said is not theirs to read. An admin
# runs the house and releases nothing: who keeps the people and the keys is not who speaks for the network.
OF_ROLE: Final[dict[Role, frozenset[Permission]]] = {
    "dispatcher": frozenset(
        {
            "alerts.draft",
            "charts.see",
            "events.edit",
            "incidents.see",
            "incidents.work",
            "people.see",
            "recordings.hear",
            "sites.see",
            "sites.tell",
            "subscribers.see",
            "tickets.see",
            "tickets.work",
        }
    ),
    "verifier": frozenset({"sites.see"}),
    "approver": frozenset(
        {
            "alerts.draft",
            "alerts.release",
            "alerts.steer",
            "carrier.see",
            "charts.see",
            "flows.see",
            "incidents.override",
            "incidents.see",
            "people.see",
            "sites.see",
            "subscribers.see",
            "texts.block",
            "texts.review",
        }
    ),
    "admin": frozenset(
        {
            "alerts.steer",
            "audit.see",
            "carrier.see",
            "charts.see",
            "events.edit",
            "flows.see",
            "held.see",
            "incidents.see",
            "keys.edit",
            "people.edit",
            "people.number",
            "people.see",
            "sites.edit",
            "sites.see",
            "subscribers.export",
            "subscribers.open",
            "subscribers.see",
            "texts.block",
            "texts.review",
            "tickets.see",
        }
    ),
}

# For these one shows anew that it is oneself: a session left open must not be enough.
STEP_UP: Final[frozenset[Permission]] = frozenset(
    {"incidents.override", "keys.edit", "people.number", "subscribers.export", "subscribers.open"}
)


def permissions_of(roles: Iterable[Role]) -> frozenset[Permission]:
    """What somebody with these roles may do; nothing without a role."""
    held = [OF_ROLE[role] for role in roles]
    return EVERYBODY.union(*held) if held else frozenset()
