"""Redaction: no secret leaves in a log line (promise P12).

Two nets. Values that are known to be secret are cut out wherever they stand; and whatever looks
like a token, a password in an address or a signed address is cut out too, known or not.
"""

import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

CUT = "[redacted]"

#: Shorter values are no secrets, and cutting them out would garble every line.
_SHORTEST = 4
_NAMES = (
    "authorization|password|passwd|client_secret|signing_secret|access_token|refresh_token"
    "|app_token|bot_token|token|ticket|response_url"
)
#: A key under which nothing is fit to be read.
_KEY = re.compile(rf"^(?:{_NAMES})$", re.IGNORECASE)
_SHAPES = tuple(
    (re.compile(shape, re.IGNORECASE), rf"\g<keep>{CUT}")
    for shape in (
        # Slack's tokens (https://docs.slack.dev/authentication/tokens)
        r"(?P<keep>)\bx(?:ox[a-z]|app|wfp)[-.][A-Za-z0-9._-]{6,}",
        # Aura's access tokens are JSON Web Tokens (https://www.rfc-editor.org/rfc/rfc7519)
        r"(?P<keep>)\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*",
        r"(?P<keep>)\bevsec-[A-Za-z0-9_-]{8,}",  # the key of evidence
        r"(?P<keep>\b(?:Bearer|Basic) +)[A-Za-z0-9+/=._~-]{8,}",
        # user:password@ in an address (https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1)
        r"(?P<keep>\b[a-z][a-z0-9+.-]*://[^\s/:@]*:)[^\s/@]+(?=@)",
        # addresses by which anybody may answer or post
        r"(?P<keep>\bhttps://hooks\.slack\.com/)[^\s\"'<>]+",
        # our own one-time addresses, which open something to whoever has them
        r"(?P<keep>/(?:fetch|bring)/)[A-Za-z0-9_-]{20,}",
        # signed addresses, and the tickets of Slack's sockets
        r"(?P<keep>[?&](?:ticket|token|sig|signature|x-amz-signature|x-goog-signature|"
        r"x-amz-security-token)=)[^&\s\"'<>]+",
        # JSON, a dict as Python shows it, keyword=value
        rf"(?P<keep>\b(?:{_NAMES})[\"']?\s*[:=]\s*[\"'])[^\"']+",
        rf"(?P<keep>\b(?:{_NAMES})=)[^\s\"'&,;)]+",
    )
)


class Redactor:
    """Cuts secrets out of texts and of whatever holds texts."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        # longest first, so that a secret inside another one does not leave the rest standing
        forms = {form for secret in secrets if len(secret) >= _SHORTEST for form in _forms(secret)}
        self._known = tuple(sorted(forms, key=len, reverse=True))

    def text(self, text: str) -> str:
        """Return the text without its secrets."""
        for secret in self._known:
            text = text.replace(secret, CUT)
        for shape, instead in _SHAPES:
            text = shape.sub(instead, text)
        return text

    def value(self, value: Any, *, key: str = "") -> Any:
        """Return plain data without secrets; other objects become their repr, redacted."""
        match value:
            case None | bool() | int() | float():
                return value
            case _ if _KEY.match(key):
                return CUT
            case str():
                return self.text(value)
            case dict():
                return {self.text(str(k)): self.value(v, key=str(k)) for k, v in value.items()}
            case list() | tuple() | set() | frozenset():
                return [self.value(each) for each in value]
            case _:
                return self.text(repr(value))


def _forms(secret: str) -> set[str]:
    """Return the ways in which a text may spell a secret."""
    return {secret, quote(secret, safe=""), json.dumps(secret)[1:-1], repr(secret)[1:-1]}
