"""Nothing pretended but the carrier: once as the demo runs, with the embedded servers, and once by URL."""

from collections.abc import Iterator

import pytest

from tests.whole.alerts import Alerts
from tests.whole.call_alerts import CallAlerts
from tests.whole.calls import Calls
from tests.whole.faults import Faults
from tests.whole.program import eventually
from tests.whole.stage import Stage
from tests.whole.texts import Texts

pytestmark = pytest.mark.whole


class Scenarios(Texts, Calls, Alerts, CallAlerts, Faults):
    """All of them."""

    @pytest.fixture
    def provoked(self) -> set[int]:
        """Error codes of the carrier's debugger that a test brings about on purpose."""
        return set()

    @pytest.fixture(autouse=True)
    def _carrier_finds_no_fault(self, stage: Stage, provoked: set[int]) -> Iterator[None]:
        """Whatever a test does, the carrier's debugger has nothing to say about our answers."""
        before = len(stage.carrier.errors())
        yield
        stage.carrier.misbehave()
        eventually(lambda: stage.carrier.in_flight() == 0)
        found = [error for error in stage.carrier.errors()[before:] if error["code"] not in provoked]
        assert found == []


class TestWithEmbeddedServers(Scenarios):
    @pytest.fixture
    def stage(self, embedded: Stage) -> Stage:
        return embedded


class TestByUrl(Scenarios):
    @pytest.fixture
    def stage(self, by_url: Stage) -> Stage:
        return by_url
