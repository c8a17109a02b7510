"""The carrier's signer against the vectors of Twilio's own tests and against Twilio's validator."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from hotline.simulator.signature import Signer, sign

TOKEN = "12345"
URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
CALL = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Digits", "1234"),
    ("From", "+14158675309"),
    ("To", "+18005551212"),
    ("Caller", "+14158675309"),
]
REPEATED = [
    ("Sid", "CA123"),
    ("SidAccount", "AC123"),
    ("Digits", "5678"),
    ("Digits", "1234"),
    ("Digits", "1234"),
]
ACCENTED = [*CALL, ("FromZip", ""), ("Body", "¿Cómo está? ñ 😀")]
BODY_URL = URL + "&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"


@pytest.mark.parametrize(
    ("url", "parameters", "signature"),
    [
        (URL, CALL, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        (URL.replace(".com", ".com:443"), CALL, "kvajT1Ptam85bY51eRf/AJRuM3w="),
        (URL.replace("https", "http").replace(".com", ".com:80"), CALL, "0ZXoZLH/DfblKGATFgpif+LLRf4="),
        (URL.replace("https", "http").replace(".com", ".com:1234"), CALL, "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
        (URL, ACCENTED, "S56Vv1jeONb03oBbta+gFnbERd8="),
        (URL, [], "zYQTYrRWXE7LtzbG4PfP7/bkkGo="),
        (URL, REPEATED, "IK+Dwps556ElfBT0I3Rgjkr1wJU="),
        (BODY_URL, [], "a9nBmqA0ju/hNViExpshrM61xv4="),
    ],
)
def test_signatures_equal_the_published_vectors(
    url: str, parameters: list[tuple[str, str]], signature: str
) -> None:
    assert sign(TOKEN, url, parameters) == signature


def test_sha256_equals_the_published_vector() -> None:
    expected = "033hgUJA9M/hXIZsYjwkerEP/DBm35nEri5FhCYjA5s="
    assert sign(TOKEN, URL, CALL, "HMAC_SHA256") == expected


def test_a_shared_key_signs_with_its_own_secret_and_names_itself() -> None:
    headers = Signer("token", ("webhooks_sharedkey_1", "secret")).headers(URL, CALL)
    assert headers["X-Twilio-Signature"] == sign("secret", URL, CALL, "HMAC_SHA256")
    settings = headers["X-Twilio-Webhooks-Signature-Settings"]
    assert settings == "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"


_words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.dictionaries(_words, _words, max_size=8), st.sampled_from(["HMAC_SHA1", "HMAC_SHA256"]))
def test_twilios_validator_accepts_whatever_we_sign(form: dict[str, str], algorithm: str) -> None:
    signature = sign(TOKEN, URL, list(form.items()), algorithm)  # type: ignore[arg-type]
    assert RequestValidator(TOKEN).validate(URL, form, signature, algorithm=algorithm)
