import pytest

from hotline.domain.phone import NotAPhoneNumber, PhoneNumber, parse_phone, spoken_digits

# In pieces, so that no file of ours holds a number that could be somebody's.
NATIONAL = "55" + "55550100"


@pytest.mark.parametrize("text", ["+12135550101", "(213) 555-0101", "213-555-0101", " +1 213 555 0101"])
def test_numbers_are_read_as_people_write_them(text: str) -> None:
    assert parse_phone(text) == PhoneNumber("+12135550101")


def test_the_old_mobile_digit_of_mexico_is_dropped() -> None:
    assert parse_phone("+52" + "1" + NATIONAL).e164 == "+52" + NATIONAL


@pytest.mark.parametrize(
    "text", ["", "anonymous", "+266696687", "266696687", "unknown", "client:ana", "72345", "MIGRA", "+1"]
)
def test_what_cannot_be_called_back_is_no_number(text: str) -> None:
    with pytest.raises(NotAPhoneNumber):
        parse_phone(text)


def test_a_number_never_shows_itself() -> None:
    number = PhoneNumber("+12135550101")
    assert "5550101" not in f"{number} {number!r} {[number]}"
    assert "01" in repr(number)


def test_a_fault_does_not_repeat_what_was_given() -> None:
    with pytest.raises(NotAPhoneNumber) as fault:
        parse_phone("secret words")
    assert "secret" not in str(fault.value)


@pytest.mark.parametrize(
    ("number", "is_test"),
    [
        ("+12135550100", True),
        ("+12135550199", True),
        ("+15005550006", True),
        ("+1213" + "5550200", False),
        ("+1213" + "5560101", False),
        ("+44" + "5005550006", False),
    ],
)
def test_only_numbers_that_reach_nobody_are_test_numbers(number: str, is_test: bool) -> None:
    assert PhoneNumber(number).is_test is is_test


def test_digits_are_spaced_for_a_voice() -> None:
    assert spoken_digits("213-555-0190") == "2 1 3 5 5 5 0 1 9 0"
    assert spoken_digits("Los Angeles 90033") == "Los Angeles 9 0 0 3 3"
    assert spoken_digits("24 hours") == "24 hours"
