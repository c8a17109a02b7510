import pytest

from hotline.domain.sender import kind_of, usual_rate


@pytest.mark.parametrize(
    ("sender", "kind", "per_s"),
    [
        ("+12135550100", "number", 1.0),
        ("+18005550100", "toll_free", 3.0),
        ("+18885550100", "toll_free", 3.0),
        ("+18015550100", "number", 1.0),  # Utah
        ("12345", "short_code", 100.0),
        ("+52" + "0" * 10, "foreign_number", 10.0),
        ("MG" + "a" * 32, "service", 1.0),
    ],
)
def test_a_sender_is_permitted_what_its_kind_is(sender: str, kind: str, per_s: float) -> None:
    assert kind_of(sender) == kind
    assert usual_rate(sender) == per_s
