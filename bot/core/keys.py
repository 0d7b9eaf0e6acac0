"""Keys of evidence: Ed25519 (https://www.rfc-editor.org/rfc/rfc8032), written so that one cannot
take the secret one for the public one.

A key is 32 bytes; in text it is base64url without padding behind ``evsec-`` or ``evpub-``.
Signing is deterministic, so the same record signed twice is the same file.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from bot.core.errors import BotError

SECRET, PUBLIC = "evsec-", "evpub-"
SEED_BYTES = 32
SIGNATURE_BYTES = 64
_TEXT = re.compile(r"[A-Za-z0-9_-]+")


class BadKey(BotError):
    """The text is no key, or the other half of one; the text itself is never repeated."""


@dataclass(frozen=True)
class EvidenceKey:
    """A secret key; its repr shows the public half alone (promise P12)."""

    _seed: bytes = field(repr=False)

    @classmethod
    def of(cls, text: str) -> "EvidenceKey":
        """Read a secret key; raises BadKey."""
        if text.strip().startswith(PUBLIC):
            raise BadKey("this is the public key; signing needs the secret one")
        return cls(_decoded(text, SECRET, SEED_BYTES))

    @classmethod
    def from_seed(cls, seed: bytes) -> "EvidenceKey":
        """Make a key of 32 bytes of chance, which the caller brings."""
        if len(seed) != SEED_BYTES:
            raise BadKey(f"a key is made of {SEED_BYTES} bytes, not of {len(seed)}")
        return cls(seed)

    @property
    def text(self) -> str:
        """The secret, for the file it is kept in and for nothing else."""
        return f"{SECRET}{_encoded(self._seed)}"

    @property
    def public(self) -> str:
        """The public half, which may be shown to anybody."""
        made = Ed25519PrivateKey.from_private_bytes(self._seed).public_key()
        return f"{PUBLIC}{_encoded(made.public_bytes_raw())}"

    def sign(self, message: bytes) -> str:
        """Return the signature of a message as base64url."""
        return _encoded(Ed25519PrivateKey.from_private_bytes(self._seed).sign(message))

    def __repr__(self) -> str:
        return f"EvidenceKey({self.public})"


def public_key(text: str) -> str:
    """Return a public key in its one spelling; raises BadKey, without repeating the text."""
    if text.strip().startswith(SECRET):
        raise BadKey(
            "this is the secret key; only the public one is needed here",
            hint="Keep the secret one out of command lines: others may see those.",
        )
    return f"{PUBLIC}{_encoded(_decoded(text, PUBLIC, SEED_BYTES))}"


def fits(public: str, signature: str, message: bytes) -> bool:
    """Whether a signature of this message was made by the owner of a public key."""
    try:
        key = Ed25519PublicKey.from_public_bytes(_decoded(public, PUBLIC, SEED_BYTES))
        key.verify(_decoded(signature, "", SIGNATURE_BYTES), message)
    except (BadKey, InvalidSignature, ValueError):
        return False
    return True


def _encoded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _decoded(text: str, beginning: str, size: int) -> bytes:
    body = text.strip().removeprefix(beginning)
    if text.strip().startswith(beginning) and _TEXT.fullmatch(body):
        try:
            raw = urlsafe_b64decode(body + "=" * (-len(body) % 4))
        except ValueError:
            raw = b""
        if len(raw) == size and _encoded(raw) == body:  # one spelling only
            return raw
    raise BadKey(f"this is no key of evidence: one begins with {beginning} and holds {size} bytes")
