import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.domain.phone import PhoneNumber
from hotline.store.sealing import BadKey, CannotOpen, Keyring, new_key, read_keys

OLD, NEW = new_key(), new_key()
RING = read_keys(NEW)
NUMBER = PhoneNumber("+12135550101")


@given(st.text())
def test_what_is_sealed_opens_in_its_place(text: str) -> None:
    assert RING.open(RING.seal(text, "report.answers.K7Q2"), "report.answers.K7Q2") == text


def test_an_envelope_moved_to_another_row_does_not_open() -> None:
    envelope = RING.seal("words", "contact.phone.1")
    with pytest.raises(CannotOpen):
        RING.open(envelope, "contact.phone.2")


@pytest.mark.parametrize("place", range(60))
def test_an_altered_envelope_does_not_open(place: int) -> None:
    envelope = bytearray(RING.seal("x" * 40, "a.b.1"))
    envelope[place] ^= 1
    with pytest.raises(CannotOpen):
        RING.open(bytes(envelope), "a.b.1")


def test_the_same_text_never_seals_alike() -> None:
    assert RING.seal("words", "a.b.1") != RING.seal("words", "a.b.1")


def test_an_older_key_opens_and_finds_but_no_longer_seals() -> None:
    before, rotated = read_keys(f"a:{OLD}"), read_keys(f"b:{NEW},a:{OLD}")
    assert rotated.open(before.seal("words", "a.b.1"), "a.b.1") == "words"
    assert before.lookup(NUMBER) in rotated.lookups(NUMBER)
    assert rotated.lookup(NUMBER) != before.lookup(NUMBER)
    with pytest.raises(CannotOpen):
        before.open(rotated.seal("words", "a.b.1"), "a.b.1")


def test_the_hash_of_a_number_needs_the_key() -> None:
    assert read_keys(OLD).lookup(NUMBER)[2:] != RING.lookup(NUMBER)[2:]
    assert b"5550101" not in RING.lookup(NUMBER)


@pytest.mark.parametrize(
    "text",
    ["", "abc", "A" * 43 + "=", "a:b", f"1:{OLD},1:{NEW}", f"{OLD[:-4]}===="],
    ids=["nothing", "short", "guessable", "no base64", "one id twice", "bad padding"],
)
def test_a_weak_or_broken_key_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(BadKey) as fault:
        read_keys(text)
    assert len(text) < 5 or text not in str(fault.value)


def test_a_key_does_not_show_itself() -> None:
    ring = Keyring(RING.keys)
    assert NEW not in repr(ring)
    assert "secret" not in repr(ring)
