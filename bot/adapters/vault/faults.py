"""What a store's error means for people.

obstore's messages hold whole answers and addresses, and an address may hold a signature, so
nothing of them is passed on but the store's own error word (promise P12).
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError

from bot.core.errors import VaultUnavailable

_CODE = re.compile(r"<Code>([A-Za-z]{1,60})</Code>")
_STATUS = re.compile(r"status code: (\d{3})")
_SYSTEM = re.compile(r"([A-Z][A-Za-z ]{3,60}) \(os error \d+\)")
_PLACE = "If it should be, check the vault's url: the bucket or folder may be missing."
_MEND = "Check the credentials of the vault and what they may do; `savepoint check` tries them."


class Gone(VaultUnavailable):
    """What was asked for is not there, or the whole store is not."""


@contextmanager
def plainly(doing: str) -> Iterator[None]:
    """Turn a store's error into VaultUnavailable, and what is not there into Gone.

    ``doing`` is what failed, such as "the vault cannot be listed".
    """
    try:
        yield
    except (PermissionDeniedError, UnauthenticatedError) as trouble:
        word = _word(trouble)
        raise VaultUnavailable(f"{doing}: the store refuses us ({word})", hint=_MEND) from None
    except BaseError as trouble:
        raise VaultUnavailable(f"{doing}: {_word(trouble)}") from None
    except FileNotFoundError:
        raise Gone(f"{doing}: it is not there", hint=_PLACE) from None
    except (OSError, ValueError) as trouble:  # obstore raises these for what it cannot map
        raise VaultUnavailable(f"{doing}: {_word(trouble)}") from None


def _word(trouble: Exception) -> str:
    text = str(trouble)
    for shape in (_CODE, _SYSTEM):
        if found := shape.search(text):
            return found[1]
    if found := _STATUS.search(text):
        return f"HTTP {found[1]}"
    if "onnect" in text or "dns error" in text:
        return "the store does not answer"
    return "permission denied" if isinstance(trouble, PermissionDeniedError) else "it failed"
