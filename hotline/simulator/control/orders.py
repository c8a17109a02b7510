"""What people at their pretend phones do, and what the carrier is told to do."""

from hotline.simulator.account import Phone
from hotline.simulator.call.events import Declined, Key, PickedUp, Spoken
from hotline.simulator.call.leg import Leg
from hotline.simulator.call.life import call_in, hang_up
from hotline.simulator.carrier import Carrier
from hotline.simulator.control.photos import read_photos
from hotline.simulator.control.refusals import BEHAVIOURS, Data, Refused
from hotline.simulator.misbehaviour import BadPlan, read_plan
from hotline.simulator.numbers import is_pretend, normalise
from hotline.simulator.texts.writing import write
from hotline.simulator.views import call_json, phone_json


class Orders:
    """Orders take and give JSON objects. Raises Refused."""

    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier

    async def text(self, data: Data) -> Data:
        """`{from, to?, body, photos?: [{base64}]}`: a person writes."""
        phone, photos = pretend_phone(self._carrier, data), read_photos(data.get("photos", []))
        body = str(data.get("body", ""))
        if not body and not photos:
            raise Refused("empty_text")
        message = write(self._carrier, phone.number, self._hotline(data), body, photos)
        return {"sid": message.sid}

    async def call(self, data: Data) -> Data:
        """`{from, to?, withheld?}`: a person calls; withheld: the number that is shown instead."""
        phone = pretend_phone(self._carrier, data)
        if phone.leg is not None:
            raise Refused("in_a_call", 409)
        leg = call_in(self._carrier, phone, self._hotline(data), str(data.get("withheld", "")))
        return {"sid": leg.sid}

    async def keys(self, data: Data) -> Data:
        """`{number, keys}`: press keys, one after the other."""
        leg, keys = self._leg(data), str(data.get("keys", ""))
        if not keys or set(keys) - set("0123456789*#"):
            raise Refused("bad_keys")
        for digit in keys:
            leg.hear("key", digit)
            leg.post(Key(digit))
        return call_json(leg)

    async def say(self, data: Data) -> Data:
        """`{number, text}`: pretend to speak."""
        leg = self._leg(data)
        leg.post(Spoken(str(data.get("text", ""))))
        return call_json(leg)

    async def answer(self, data: Data) -> Data:
        """`{number}`: the person picks up."""
        return self._pick_up(data, PickedUp())

    async def voicemail(self, data: Data) -> Data:
        """`{number}`: the voicemail box picks up."""
        return self._pick_up(data, PickedUp(by_machine=True))

    async def decline(self, data: Data) -> Data:
        leg = self._leg(data)
        leg.post(Declined())
        return call_json(leg)

    async def hangup(self, data: Data) -> Data:
        leg = self._leg(data)
        hang_up(leg)
        return call_json(leg)

    async def phone(self, data: Data) -> Data:
        """`{number, name?, language?, behaviour?}`: add a phone or change it."""
        phone = pretend_phone(self._carrier, data)
        phone.name = str(data.get("name", phone.name))
        phone.language = str(data.get("language", phone.language))
        behaviour = data.get("behaviour", phone.behaviour)
        if behaviour not in BEHAVIOURS:
            raise Refused("bad_behaviour")
        phone.behaviour = behaviour
        self._carrier.changed(phone.number)
        return phone_json(self._carrier, phone)

    async def misbehave(self, data: Data) -> Data:
        """A plan (see misbehaviour.py) in place of the one before; `{}` behaves again."""
        try:
            self._carrier.obey(read_plan(data))
        except (BadPlan, TypeError, ValueError) as error:
            raise Refused("bad_plan", detail=str(error)) from None
        return {"ok": True}

    async def reset(self, data: Data) -> Data:
        await self._carrier.reset()
        return {"ok": True}

    def _pick_up(self, data: Data, event: PickedUp) -> Data:
        leg = self._leg(data)
        if leg.answered_at_s is not None or leg.direction == "inbound":
            raise Refused("nothing_rings", 409)
        leg.post(event)
        return call_json(leg)

    def _leg(self, data: Data) -> Leg:
        leg = pretend_phone(self._carrier, data).leg
        if leg is None:
            raise Refused("in_no_call", 409)
        return leg

    def _hotline(self, data: Data) -> str:
        number = str(data.get("to") or self._carrier.config.numbers[0])
        if number not in self._carrier.config.numbers:
            raise Refused("nobody_there")
        return number


def pretend_phone(carrier: Carrier, data: Data) -> Phone:
    """The phone of `number` or `from`. Raises Refused for numbers that might reach somebody."""
    number = normalise(str(data.get("number") or data.get("from") or ""))
    if number is None or not is_pretend(number):
        raise Refused("not_pretend")
    if number in carrier.config.numbers:
        raise Refused("hotlines_number")
    return carrier.account.phone(number)
