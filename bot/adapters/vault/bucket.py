"""What obstore cannot ask of S3: versioning, object lock, and uploads that were never finished.

Four plain requests, signed with AWS Signature Version 4
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html). Only
keys that stand in the configuration can sign here; what a machine's role lends, obstore keeps to
itself.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC
from html import unescape
from urllib.parse import quote, urlsplit

import httpx

from bot.adapters.tls import trusted
from bot.core.errors import VaultUnavailable
from bot.ports import Clock

_EMPTY = hashlib.sha256(b"").hexdigest()
_UPLOAD = re.compile(r"<Upload>.*?</Upload>", re.DOTALL)
_ABSENT = 404


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """A bucket of S3, or of a store that speaks the same, with path-style addresses."""

    endpoint: str
    name: str
    region: str
    key_id: str
    secret: str = field(repr=False)
    token: str | None = field(default=None, repr=False)
    clock: Clock = field(repr=False)

    async def versioning(self) -> bool:
        """Return whether versioning is on; raises VaultUnavailable."""
        return "<Status>Enabled</Status>" in await self._ask("GET", "", {"versioning": ""})

    async def object_lock(self) -> bool:
        """Return whether object lock is on; raises VaultUnavailable."""
        said = await self._ask("GET", "", {"object-lock": ""})
        return "<ObjectLockEnabled>Enabled</ObjectLockEnabled>" in said

    async def abort(self, key: str) -> int:
        """Abort the unfinished uploads of a key; returns how many there were."""
        said = await self._ask("GET", "", {"prefix": key, "uploads": ""})
        found = 0
        for upload in _UPLOAD.findall(said):
            if _field(upload, "Key") == key:
                query = {"uploadId": _field(upload, "UploadId")}
                await self._ask("DELETE", f"/{quote(key, safe='/~')}", query)
                found += 1
        return found

    async def _ask(self, method: str, path: str, query: Mapping[str, str]) -> str:
        path = f"{urlsplit(self.endpoint).path.rstrip('/')}/{quote(self.name, safe='')}{path}"
        pairs = sorted(query.items())
        asked = "&".join(f"{quote(k, safe='~')}={quote(v, safe='~')}" for k, v in pairs)
        address = urlsplit(self.endpoint)
        headers = self._signed(method, address.netloc, path, asked)
        try:
            async with httpx.AsyncClient(verify=trusted(), timeout=10) as http:
                url = f"{address.scheme}://{address.netloc}{path}?{asked}"
                answer = await http.request(method, url, headers=headers)
        except httpx.HTTPError:
            raise VaultUnavailable("the bucket does not answer") from None
        if answer.is_success or answer.status_code == _ABSENT:
            return answer.text if answer.is_success else ""
        word = _field(answer.text, "Code") or f"HTTP {answer.status_code}"
        raise VaultUnavailable(f"the bucket refuses to say ({word})")

    def _signed(self, method: str, host: str, path: str, query: str) -> dict[str, str]:
        now = self.clock.now().astimezone(UTC)
        moment, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
        headers = {"host": host, "x-amz-content-sha256": _EMPTY, "x-amz-date": moment}
        if self.token:
            headers["x-amz-security-token"] = self.token
        names = ";".join(sorted(headers))
        lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
        request = "\n".join([method, path, query, lines, names, _EMPTY])
        scope = f"{day}/{self.region}/s3/aws4_request"
        digest = hashlib.sha256(request.encode()).hexdigest()
        key = f"AWS4{self.secret}".encode()
        for part in (day, self.region, "s3", "aws4_request"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        text = "\n".join(["AWS4-HMAC-SHA256", moment, scope, digest])
        signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
        credential = f"Credential={self.key_id}/{scope}"
        headers["authorization"] = (
            f"AWS4-HMAC-SHA256 {credential}, SignedHeaders={names}, Signature={signature}"
        )
        return headers


def _field(xml: str, tag: str) -> str:
    found = re.search(rf"<{tag}>(.*?)</{tag}>", xml, re.DOTALL)
    return unescape(found[1]) if found else ""
