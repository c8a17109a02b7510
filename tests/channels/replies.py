"""Replies as hypothesis makes them, with what a wording may hold at worst."""

from hypothesis import strategies as st

from hotline.domain.phone import PhoneNumber
from hotline.flow.reply import Choose, Connect, Goodbye, Hold, Leg, Listen, Part, Reply, Tell

languages = st.sampled_from(["es", "en"])
wordings = st.text(max_size=60) | st.sampled_from(
    [
        "",
        " ",
        "\0\x01\ufffe",
        "</Say><Dial>900</Dial>",
        'a & b < c > "d"',
        "]]>",
        "<!--",
        "Qué. " * 900,
        "x" * 7000,
    ]
)
parts = st.lists(
    st.builds(Part, language=languages, wording=wordings, audio=st.none() | st.just("clip")), max_size=3
).map(tuple)
legs = st.lists(
    st.builds(
        Leg, id=st.from_regex(r"[a-z0-9]{8}", fullmatch=True), number=st.just(PhoneNumber("+12135550190"))
    ),
    max_size=12,
).map(tuple)

one_reply: st.SearchStrategy[Reply] = st.one_of(
    st.builds(Tell, parts=parts),
    st.builds(Choose, parts=parts, keys=st.sampled_from(["12", "0*#"]), timeout_s=st.integers(1, 10)),
    st.builds(Choose, parts=parts, keys=st.just("1"), takes_speech=st.just(True)),
    st.builds(
        Listen,
        parts=parts,
        awaits=st.sampled_from(["words", "digits", "recording"]),
        digits=st.integers(1, 9),
        seconds=st.integers(1, 120),
    ),
    st.builds(Connect, parts=parts, language=languages, topic=st.just("person"), legs=legs),
    st.builds(Hold, seconds=st.integers(0, 30)),
    st.builds(Goodbye, parts=parts),
)
replies: st.SearchStrategy[list[Reply]] = st.lists(one_reply, max_size=6)
