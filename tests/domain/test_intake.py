"""Rows of a list: read as people write them, or refused for one reason."""

import pytest

from hotline.domain.intake import (
    Columns,
    NoColumn,
    RowRefused,
    Rules,
    SignUp,
    find_columns,
    read_number,
    read_row,
)
from hotline.domain.phone import PhoneNumber, parse_phone

AT = Columns(phone=0, zip=1, language=2, channel=None, count=3)
RULES = Rules(lambda code: code == "90033")


@pytest.mark.parametrize(
    "written",
    [
        "2135550123",
        "(213) 555-0123",
        "213.555.0123",
        "+1 213 555 0123",
        "1-213-555-0123",
        " 213\u00a0555\u00a00123 ",
    ],
)
def test_a_number_is_read_however_it_is_written(written: str) -> None:
    assert read_number(written) == PhoneNumber("+12135550123")


def test_the_short_way_to_a_number_is_that_of_the_domain() -> None:
    assert read_number("(213) 555-0123") == parse_phone("(213) 555-0123")


@pytest.mark.parametrize(
    "written", ["", "none", "555-0123", "213 155 0123", "+1 013 555 0123", "2135550123 7", "213-555-0123 x7"]
)
def test_what_cannot_be_called_back_is_no_number(written: str) -> None:
    with pytest.raises(RowRefused) as refused:
        read_number(written)
    assert refused.value.reason == "phone"


def test_a_refusal_never_repeats_what_stood_there() -> None:
    with pytest.raises(RowRefused) as refused:
        read_number("213 555 0123 ask for Rosa")
    assert "Rosa" not in str(refused.value)
    assert "213" not in str(refused.value)


def test_a_whole_row_is_read() -> None:
    assert read_row(["213 555 0123", "90033-1234", "Español"], AT, RULES) == SignUp(
        PhoneNumber("+12135550123"), "90033", "es", "sms"
    )


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (["213 555 0123", "9003", "es"], "zip"),
        (["213 555 0123", "00000", "es"], "zip"),
        (["213 555 0123", "90033", "fr"], "language"),
        (["213 555 0123", "90033"], "cells"),
        (["213 555 0123", "90033", "es", "more"], "cells"),
        (["nobody", "90033", "es"], "phone"),
    ],
)
def test_a_bad_row_is_refused_for_its_reason(cells: list[str], reason: str) -> None:
    with pytest.raises(RowRefused) as refused:
        read_row(cells, AT, RULES)
    assert refused.value.reason == reason


def test_a_language_nobody_asked_for_is_the_one_of_the_list_or_none() -> None:
    row = ["213 555 0123", "90033", ""]
    assert read_row(row, AT, RULES).language is None
    assert read_row(row, AT, Rules(RULES.is_zip, language="en")).language == "en"


def test_a_demo_refuses_a_number_that_somebody_may_have() -> None:
    demo = Rules(RULES.is_zip, only_test_numbers=True)
    assert read_row(["213 555 0123", "90033", ""], AT, demo).number.is_test
    with pytest.raises(RowRefused) as refused:
        read_row(["213 555 " + "0200", "90033", ""], AT, demo)
    assert refused.value.reason == "real_number"


@pytest.mark.parametrize(
    ("written", "channel"), [("", "sms"), ("Texto", "sms"), ("llamada", "voice"), ("CALL", "voice")]
)
def test_a_channel_is_read_in_both_languages(written: str, channel: str) -> None:
    at = Columns(0, 1, None, 2, 3)
    assert read_row(["213 555 0123", "90033", written], at, RULES).channel == channel


def test_an_unknown_channel_is_refused() -> None:
    with pytest.raises(RowRefused, match="channel"):
        read_row(["213 555 0123", "90033", "pigeon"], Columns(0, 1, None, 2, 3), RULES)


def test_columns_are_found_by_the_name_given_or_a_usual_one() -> None:
    heading = ["Nombre", "Teléfono", "Código  Postal", "Lengua de casa"]
    found = find_columns(heading, {"language": "lengua de CASA"})
    assert found == Columns(phone=1, zip=2, language=3, channel=None, count=4)


@pytest.mark.parametrize(
    ("named", "missing"),
    [({}, "phone"), ({"phone": "Numero", "zip": "Postal"}, "zip"), ({"phone": "x"}, "phone")],
)
def test_a_column_that_is_not_there_is_named(named: dict[str, str], missing: str) -> None:
    with pytest.raises(NoColumn) as fault:
        find_columns(["Numero", "Lugar"], named)  # type: ignore[arg-type]
    assert fault.value.field == missing
    assert fault.value.heading == ("Numero", "Lugar")
