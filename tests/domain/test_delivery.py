from itertools import permutations

import pytest

from hotline.domain.delivery import CARRIER_STATUSES, FINAL, RECEIPT_MOVES, STATUSES, DeliveryStatus, may_move


def after(order: tuple[DeliveryStatus, ...], status: DeliveryStatus = "sending") -> DeliveryStatus:
    for news in order:
        status = news if may_move(status, news) else status
    return status


@pytest.mark.parametrize("order", list(permutations(["accepted", "sent", "delivered"])))
def test_any_order_of_receipts_ends_delivered(order: tuple[DeliveryStatus, ...]) -> None:
    assert after(order) == "delivered"
    assert after(order + order) == "delivered"


@pytest.mark.parametrize("final", ["undelivered", "failed"])
def test_a_late_delivered_wins_and_nothing_else_does(final: DeliveryStatus) -> None:
    assert after((final, "sent", "accepted")) == final
    assert after((final, "delivered")) == "delivered"
    assert after(("delivered", final)) == "delivered"


def test_receipts_never_lead_back_to_waiting() -> None:
    for status in STATUSES:
        assert not any(may_move(status, waiting) for waiting in ("pending", "held", "sending", "unknown"))


def test_what_was_skipped_stays_skipped() -> None:
    assert not any(may_move("skipped", status) for status in STATUSES)
    assert "skipped" in FINAL


def test_every_word_of_the_carrier_is_a_status_that_receipts_may_bring() -> None:
    assert set(CARRIER_STATUSES.values()) <= set(RECEIPT_MOVES)
