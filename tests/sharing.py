"""How the tests are shared among processes: what is long begins first, and only one hotline of many processes
runs at a time, for two of them side by side would only wait for each other."""

from collections import Counter
from typing import Any, Final

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

# Folders whose tests stay in one process, in the order in which they begin; elsewhere a module does.
TOGETHER: Final = ("tests/whole/console/", "tests/whole/")


class Sharing(LoadScopeScheduling):  # type: ignore[misc]
    """Work is handed out by `scope_of`, in the order in which the tests were collected."""

    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)


def scope_of(nodeid: str) -> str:
    """What a test shares a process with: its folder where that stays together, or its module."""
    return next((folder for folder in TOGETHER if nodeid.startswith(folder)), nodeid.partition("::")[0])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Sharing:
    config.option.loadscopereorder = False
    return Sharing(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """First what stays together, then the modules with the most tests."""
    counts = Counter(scope_of(item.nodeid) for item in items)

    def rank(item: pytest.Item) -> tuple[int, int]:
        scope = scope_of(item.nodeid)
        place = TOGETHER.index(scope) if scope in TOGETHER else len(TOGETHER)
        return place, -counts[scope] if place == len(TOGETHER) else 0

    items.sort(key=rank)
