"""Keys of evidence: one spelling, the halves told apart, nothing secret in a repr."""

import pytest

from bot.core.keys import BadKey, EvidenceKey, fits, public_key

KEY = EvidenceKey.from_seed(bytes(range(32)))
OTHER = EvidenceKey.from_seed(bytes(32))


def test_the_example_of_the_standard_is_met() -> None:
    """https://www.rfc-editor.org/rfc/rfc8032#section-7.1, TEST 2."""
    seed = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"
    key = EvidenceKey.from_seed(bytes.fromhex(seed))
    assert key.public == "evpub-PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw"
    signature = (
        "kqAJqfDUyrhyDoILX2QlQKKye1QWUD-Ps3YiI-vbadoIWsHkPhWZbkWPNhPQ8R2MOHsurrQwKu6wDSkWErsMAA"
    )
    assert key.sign(b"\x72") == signature
    assert fits(key.public, signature, b"\x72")


def test_a_key_reads_back_from_its_text_with_blanks_around_it() -> None:
    assert EvidenceKey.of(f" {KEY.text}\n") == KEY
    assert public_key(f"{KEY.public}\n") == KEY.public


def test_a_key_shows_its_public_half_alone() -> None:
    assert repr(KEY) == str(KEY) == f"EvidenceKey({KEY.public})"
    assert KEY.text not in repr([KEY])


@pytest.mark.parametrize(
    "text",
    ["", "evsec-short", "evsec-shor", KEY.text[:-1], KEY.text + "A", KEY.text + "!", "hunter2"],
)
def test_what_is_no_key_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(BadKey) as refusal:
        EvidenceKey.of(text)
    assert not text or text not in str(refusal.value)


def test_a_second_spelling_of_the_same_bytes_is_no_key() -> None:
    """The last character carries two bits only; four spellings would decode alike."""
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    near = last[last.index(KEY.public[-1]) ^ 1]
    with pytest.raises(BadKey):
        public_key(KEY.public[:-1] + near)


def test_the_halves_are_told_apart() -> None:
    with pytest.raises(BadKey, match="the public key"):
        EvidenceKey.of(KEY.public)
    with pytest.raises(BadKey, match="the secret key") as refusal:
        public_key(KEY.text)
    assert KEY.text not in str(refusal.value)


def test_a_seed_has_32_bytes() -> None:
    with pytest.raises(BadKey, match="not of 31"):
        EvidenceKey.from_seed(bytes(31))


def test_a_signature_fits_its_key_and_message_alone() -> None:
    signature = KEY.sign(b"said")
    assert fits(KEY.public, signature, b"said")
    assert not fits(KEY.public, signature, b"not said")
    assert not fits(OTHER.public, signature, b"said")
    assert not fits(KEY.public, signature[:-2], b"said")
    assert not fits("evpub-nothing", signature, b"said")
