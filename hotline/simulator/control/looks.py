"""What a judge, a test or the page may see."""

from starlette.requests import Request

from hotline.simulator.carrier import Carrier
from hotline.simulator.control.orders import pretend_phone
from hotline.simulator.control.refusals import Data
from hotline.simulator.views import call_json, phone_json, record_json


class Looks:
    """Each gives a JSON object. Raises Refused."""

    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier

    def phones(self, request: Request) -> Data:
        phones = [phone_json(self._carrier, phone) for phone in self._carrier.account.phones.values()]
        return {"numbers": self._carrier.config.numbers, "phones": phones}

    def phone(self, request: Request) -> Data:
        return phone_json(
            self._carrier, pretend_phone(self._carrier, {"number": request.path_params["number"]})
        )

    def record(self, request: Request) -> Data:
        with_messages = request.query_params.get("summary") != "1"
        return record_json(self._carrier, with_messages, request.query_params.get("direction", ""))

    def errors(self, request: Request) -> Data:
        return {"errors": self._carrier.account.errors}

    def calls(self, request: Request) -> Data:
        return {"calls": [call_json(leg) for leg in self._carrier.account.calls.values()]}

    def idle(self, request: Request) -> Data:
        return {"in_flight": self._carrier.in_flight}
