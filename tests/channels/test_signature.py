"""Signatures: Twilio's own vectors, its own validator, and what must not pass."""

from collections.abc import Sequence
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from hotline.channels.twilio.form import read_form
from hotline.channels.twilio.signature import Verifier

TOKEN = "12345"
KEY_ID = "webhooks_sharedkey_01"
QUERY = b"/myapp.php?foo=1&bar=2"
HTTPS, HTTP = "https://mycompany.com", "http://mycompany.com"
CALL = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Digits", "1234"),
    ("From", "+14158675309"),
    ("To", "+18005551212"),
    ("Caller", "+14158675309"),
]
SPANISH = [*CALL, ("FromZip", ""), ("Body", "¿Cómo está? ñ 😀")]
DOUBLED = [
    ("Sid", "CA123"),
    ("SidAccount", "AC123"),
    ("Digits", "5678"),
    ("Digits", "1234"),
    ("Digits", "1234"),
]
BODY_HASH = b"&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"


class Values(dict[str, list[str]]):
    """Repeated names as Twilio's validator takes them."""

    def getall(self, name: str) -> list[str]:
        return self[name]


def by_name(pairs: Sequence[tuple[str, str]]) -> Values:
    values = Values()
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values


def verifier(public_url: str = HTTPS, *tokens: str, **webhook_keys: str) -> Verifier:
    return Verifier(public_url, tokens or (TOKEN,), webhook_keys)


def signed(url: str, pairs: Sequence[tuple[str, str]], secret: str, algorithm: str = "HMAC_SHA1") -> str:
    signature: str = RequestValidator(secret).compute_signature(url, by_name(pairs), algorithm)
    return signature


@pytest.mark.parametrize(
    ("public_url", "path", "pairs", "signature"),
    [
        (HTTPS, QUERY, CALL, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        (HTTPS, QUERY, CALL, "kvajT1Ptam85bY51eRf/AJRuM3w="),  # signed with :443
        (HTTPS + ":443", QUERY, CALL, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        (HTTPS + ":443/", QUERY, CALL, "kvajT1Ptam85bY51eRf/AJRuM3w="),
        (HTTP, QUERY, CALL, "0ZXoZLH/DfblKGATFgpif+LLRf4="),  # signed with :80
        (HTTP + ":1234", QUERY, CALL, "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
        (HTTPS, QUERY, SPANISH, "S56Vv1jeONb03oBbta+gFnbERd8="),
        (HTTPS, QUERY, [], "zYQTYrRWXE7LtzbG4PfP7/bkkGo="),
        (HTTPS, QUERY, DOUBLED, "IK+Dwps556ElfBT0I3Rgjkr1wJU="),
        (HTTPS, QUERY + BODY_HASH, [], "a9nBmqA0ju/hNViExpshrM61xv4="),
    ],
)
def test_twilios_own_vectors_are_genuine(
    public_url: str, path: bytes, pairs: list[tuple[str, str]], signature: str
) -> None:
    assert verifier(public_url).is_genuine(path, pairs, signature, "")
    assert not verifier(public_url).is_genuine(path + b"x", pairs, signature, "")
    assert not verifier(public_url).is_genuine(path, [*pairs, ("More", "")], signature, "")


def test_the_vector_with_sha_256_is_genuine_with_the_key_it_names() -> None:
    keys = verifier(HTTPS, **{KEY_ID: TOKEN})
    signature = "033hgUJA9M/hXIZsYjwkerEP/DBm35nEri5FhCYjA5s="
    assert keys.is_genuine(QUERY, CALL, signature, f"key={KEY_ID},algorithm=HMAC_SHA256")
    assert keys.is_genuine(QUERY, CALL, signature, f" algorithm=HMAC_SHA256 , key = {KEY_ID}")


@pytest.mark.parametrize("settings", ["", "key=other,algorithm=HMAC_SHA256", "algorithm=HMAC_SHA256", ","])
def test_sha_256_without_the_id_of_one_of_our_keys_is_not_genuine(settings: str) -> None:
    keys = verifier(HTTPS, **{KEY_ID: TOKEN})
    assert not keys.is_genuine(QUERY, CALL, "033hgUJA9M/hXIZsYjwkerEP/DBm35nEri5FhCYjA5s=", settings)


@pytest.mark.parametrize("algorithm", ["HMAC_SHA1", "hmac_sha1", "none", ""])
def test_the_header_cannot_talk_a_key_down_to_sha_1(algorithm: str) -> None:
    keys = Verifier(HTTPS, ("token",), {KEY_ID: "shared"})
    weak = signed(HTTPS + QUERY.decode(), CALL, "shared")
    assert not keys.is_genuine(QUERY, CALL, weak, f"key={KEY_ID},algorithm={algorithm}")


def test_an_auth_token_is_no_shared_key_and_a_shared_key_no_auth_token() -> None:
    keys = Verifier(HTTPS, ("token",), {KEY_ID: "shared"})
    url = HTTPS + QUERY.decode()
    settings = f"key={KEY_ID},algorithm=HMAC_SHA256"
    assert not keys.is_genuine(QUERY, CALL, signed(url, CALL, "token", "HMAC_SHA256"), settings)
    assert not keys.is_genuine(QUERY, CALL, signed(url, CALL, "token"), settings)
    assert not keys.is_genuine(QUERY, CALL, signed(url, CALL, "shared"), "")
    assert not keys.is_genuine(QUERY, CALL, signed(url, CALL, "token", "HMAC_SHA256"), "")


def test_every_listed_token_signs_while_it_is_rotated() -> None:
    rotating = verifier(HTTPS, "old", "new")
    for token in ("old", "new"):
        assert rotating.is_genuine(QUERY, CALL, signed(HTTPS + QUERY.decode(), CALL, token), "")
    assert not rotating.is_genuine(QUERY, CALL, signed(HTTPS + QUERY.decode(), CALL, "gone"), "")


@pytest.mark.parametrize("signature", ["", "=", "ñ", "\udcff", "RSOYDt4T1cUTdK1PDd93/VVr8B8", "x" * 10_000])
def test_a_missing_or_senseless_signature_is_not_genuine(signature: str) -> None:
    assert not verifier().is_genuine(QUERY, CALL, signature, "")


def test_without_a_token_nothing_is_genuine() -> None:
    assert not Verifier(HTTPS, (), {}).is_genuine(QUERY, CALL, signed(HTTPS + QUERY.decode(), CALL, ""), "")


def test_an_empty_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        Verifier(HTTPS, ("",), {})
    with pytest.raises(ValueError, match="empty"):
        Verifier(HTTPS, ("token",), {KEY_ID: ""})


def test_a_prefix_that_the_proxy_strips_is_signed() -> None:
    signature = signed(HTTPS + "/line/twilio/sms", CALL, TOKEN)
    assert verifier(HTTPS + "/line/").is_genuine(b"/twilio/sms", CALL, signature, "")


def test_an_ipv6_address_keeps_its_brackets() -> None:
    without_port = signed("http://[::1]/twilio/sms", CALL, TOKEN)
    assert verifier("http://[::1]:8000").is_genuine(b"/twilio/sms", CALL, without_port, "")


def test_a_verifier_does_not_show_its_secrets() -> None:
    shown = repr(Verifier(HTTPS, ("hidden-token",), {KEY_ID: "hidden-key"}))
    assert "hidden" not in shown
    assert "mycompany.com" in shown


words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
forms = st.lists(st.tuples(words.filter(bool), words), max_size=12)
places = st.sampled_from(
    ["https://a.example", "https://a.example:8443", "http://a.example", "http://a.example:80"]
)


@given(places, forms, words.filter(bool), st.sampled_from(["/sms", "/turn?n=7", "/a%20b?x=%2F+y&z="]))
def test_what_twilio_signs_is_genuine_and_what_its_validator_takes_we_take(
    place: str, pairs: list[tuple[str, str]], token: str, path: str
) -> None:
    arrived = read_form(urlencode(pairs).encode())
    signature = signed(place + path, pairs, token)
    assert RequestValidator(token).validate(place + path, by_name(pairs), signature)
    assert Verifier(place, (token,), {}).is_genuine(path.encode(), arrived, signature, "")
    strong = signed(place + path, pairs, token, "HMAC_SHA256")
    settings = "key=k,algorithm=HMAC_SHA256"
    assert Verifier(place, (), {"k": token}).is_genuine(path.encode(), arrived, strong, settings)


@given(forms, forms)
def test_two_forms_share_a_signature_only_where_twilios_validator_says_so(
    ours: list[tuple[str, str]], theirs: list[tuple[str, str]]
) -> None:
    signature = signed("https://a.example/sms", theirs, TOKEN)
    expected = RequestValidator(TOKEN).validate("https://a.example/sms", by_name(ours), signature)
    assert verifier("https://a.example").is_genuine(b"/sms", ours, signature, "") is expected
