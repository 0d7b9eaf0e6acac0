"""What the environment gives: variables, secrets in files, and what is wrong with them."""

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr


class Given:
    """Reads variables; faults are collected in ``faults``, and no secret stands in one."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env
        self.faults: list[str] = []

    def has(self, name: str) -> bool:
        """Whether the variable, or the one that names its file, is set."""
        return bool(self._env.get(name) or self._env.get(f"{name}_FILE"))

    def text(self, name: str, default: str) -> str:
        """Return a variable that is no secret."""
        return self._env.get(name) or default

    def secret(self, name: str, *, needed: bool = False) -> SecretStr | None:
        """Return ``NAME``, or what the file ``NAME_FILE`` holds."""
        if value := self._env.get(name):
            return SecretStr(value)
        if path := self._env.get(f"{name}_FILE"):
            return self._from_file(name, path)
        if needed:
            self.faults.append(f"{name}: not set (nor {name}_FILE)")
        return None

    def token(self, name: str, *beginnings: str, needed: bool = False) -> SecretStr | None:
        """Return a token of Slack's; one of the wrong kind is the usual slip."""
        token = self.secret(name, needed=needed)
        if token and not token.get_secret_value().startswith(beginnings):
            self.faults.append(f"{name}: does not begin with {' or '.join(beginnings)}")
        return token

    def address(self, name: str, default: str) -> str:
        """Return the address of a service."""
        address = self.text(name, default)
        if urlsplit(address).scheme not in ("http", "https"):
            self.faults.append(f"{name}: “{address}” is not an http(s) address")
        return address

    def public(self, name: str) -> str | None:
        """Return the address under which others reach us: https, unless it is this machine."""
        if not (address := self._env.get(name)):
            return None
        parts = urlsplit(address)
        near = parts.hostname in ("127.0.0.1", "::1", "localhost")
        if parts.scheme != "https" and not (parts.scheme == "http" and near):
            self.faults.append(f"{name}: “{address}” does not begin with https://")
        if parts.query or parts.fragment or parts.username:
            self.faults.append(f"{name}: has more than a host and a path")
        return address.rstrip("/")

    def store(self, name: str) -> SecretStr | None:
        """Return the address of a store, which may hold a password."""
        address = self.secret(name)
        if address and urlsplit(address.get_secret_value()).scheme not in _STORES:
            self.faults.append(f"{name}: does not begin with redis://, rediss:// or unix://")
        return address

    def port(self, name: str, default: str) -> int:
        """Return a port; 0 takes a free one."""
        port = self.text(name, default)
        if re.fullmatch(r"[0-9]{1,5}", port) and int(port) <= _LAST_PORT:
            return int(port)
        self.faults.append(f"{name}: “{port}” is not a port (0 to {_LAST_PORT})")
        return 0

    def _from_file(self, name: str, path: str) -> SecretStr | None:
        try:
            value = Path(path).read_text(encoding="utf-8").strip()
        except OSError as trouble:
            self.faults.append(f"{name}_FILE: cannot read {path}: {trouble.strerror}")
            return None
        except UnicodeDecodeError:
            self.faults.append(f"{name}_FILE: {path} is not text in UTF-8")
            return None
        if not value:
            self.faults.append(f"{name}_FILE: {path} is empty")
            return None
        return SecretStr(value)


_STORES = ("redis", "rediss", "unix")
_LAST_PORT = 65535
