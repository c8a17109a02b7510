"""What goes wrong at the carrier, and how often a text arrives all the same: once."""

from hotline.operations.alerts import draft
from tests.whole.alerts import over, releases, sign_up
from tests.whole.people import stranger
from tests.whole.stage import Stage, area_of

FAULTS = {"too_many_requests": 0.3, "server_error_after": 0.25, "lost_answer": 0.25, "early_callback": 0.3}
MANY = 12


class Faults:
    """Scenarios; `stage` comes from the class that inherits them."""

    def test_a_carrier_that_misbehaves_is_asked_until_it_accepts_everybody_exactly_once(
        self, stage: Stage
    ) -> None:
        area, zip_code = area_of("a bad day at the carrier")
        people = [stranger(stage.carrier) for _ in range(MANY)]
        for person in people:
            sign_up(person, zip_code)
        code = draft(stage.line, stage.line.clock(), "test", {}, "Ana", area=area)
        releases(stage, code, people=MANY, **FAULTS)
        done = over(stage, code)
        assert (done.count("delivered"), done.total) == (MANY, MANY)
        record = stage.carrier.record(summary=True)
        assert {person.number: record["per_to"][person.number] for person in people} == {
            person.number: 1 for person in people
        }
        assert sum(record["misbehaved"].get(fault, 0) for fault in FAULTS) > 0
