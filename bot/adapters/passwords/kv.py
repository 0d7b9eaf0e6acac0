"""First passwords in HashiCorp Vault's key-value store, version 2, over its HTTP API.

https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2#create-update-secret
"""

import httpx
from pydantic import SecretStr

from bot.adapters.tls import trusted
from bot.core.base import InstanceId
from bot.core.errors import PasswordNotKept
from bot.ports import FirstPassword

_HINTS = {
    400: "Something lies there already, or the store is not of version 2.",
    403: "The token may not write there: it needs the capability `create` on the path.",
    404: "There is no such store: look at `mount` in the table `[passwords]`.",
    503: "It is sealed, or in maintenance.",
}
_TIMEOUT = httpx.Timeout(10.0, connect=5.0)


class VaultKv:
    """The Passwords port. ``url`` is Vault's origin, ``mount`` the store, ``path`` the folder."""

    def __init__(
        self,
        *,
        url: str,
        mount: str,
        path: str,
        token: SecretStr,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._url = url.rstrip("/")
        self._mount = mount.strip("/")
        self._path = path.strip("/")
        self._token = token
        self._transport = transport

    async def keep(self, first: FirstPassword) -> str:
        """Create the secret and return where it lies; raises PasswordNotKept.

        ``cas`` 0 says: only where nothing is yet. It is sent once.
        """
        place = self._place(first.instance_id)
        body = {
            "options": {"cas": 0},
            "data": {
                "uri": first.url,
                "username": first.username,
                "password": first.password.get_secret_value(),
                "instance_id": first.instance_id,
                "instance_name": first.name,
            },
        }
        try:
            async with httpx.AsyncClient(
                transport=self._transport, verify=trusted(), timeout=_TIMEOUT, trust_env=False
            ) as http:
                answer = await http.post(
                    f"{self._url}/v1/{self._mount}/data/{place}",
                    json=body,
                    headers={"X-Vault-Token": self._token.get_secret_value()},
                )
        except httpx.HTTPError:
            raise PasswordNotKept(
                "Vault does not answer, so the first password is not there",
                hint=f"Look at {self._url}.",
            ) from None  # the request in the cause holds the password
        if answer.status_code not in (200, 204):
            raise PasswordNotKept(
                f"Vault did not take the first password ({answer.status_code})",
                hint=_HINTS.get(answer.status_code),
            )
        return self.where(first.instance_id)

    def where(self, instance_id: InstanceId) -> str:
        """Return the path in words."""
        return f"in Vault at {self._mount}/{self._place(instance_id)}"

    async def has(self, instance_id: InstanceId) -> bool | None:
        """Return None: the token may create, and read nothing."""
        return None

    def _place(self, instance_id: InstanceId) -> str:
        return f"{self._path}/{instance_id}"
