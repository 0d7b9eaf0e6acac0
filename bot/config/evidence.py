"""The key that signs evidence, from the environment: `SAVEPOINT_EVIDENCE_KEY`, or `…_FILE`."""

from bot.config.given import Given
from bot.core.keys import BadKey, EvidenceKey

VARIABLE = "SAVEPOINT_EVIDENCE_KEY"


def evidence_key(given: Given) -> EvidenceKey | None:
    """Return the configured key, or None; what is wrong with it joins the faults."""
    secret = given.secret(VARIABLE)
    if secret is None:
        return None
    try:
        return EvidenceKey.of(secret.get_secret_value())
    except BadKey as bad:
        given.faults.append(f"{VARIABLE}: {bad.summary}")
        return None
