"""Where a vault is: the store behind its URL, and what obstore does not do for it.

`file:///folder`, `s3://bucket/prefix`, `gs://bucket/prefix`, `az://container/prefix`, and
`memory:///` for tests.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote, urlsplit

from obstore.exceptions import BaseError
from obstore.store import ObjectStore, from_url

from bot.adapters.vault.bucket import Bucket
from bot.core.errors import VaultUnavailable
from bot.core.vault import Protection
from bot.ports import Clock

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig  # they exist for type checkers only

_UNKNOWN = re.compile(r"Configuration key: '([\w-]{1,60})' is not valid")
_SORTS = {"file": "a folder", "s3": "S3", "gs": "Google Cloud Storage", "az": "Azure Blob Storage"}
#: A part may be large and the line slow; a store that is away is told of within a minute.
_PATIENCE = timedelta(minutes=5)
_RETRY: "RetryConfig" = {"max_retries": 5, "retry_timeout": timedelta(seconds=45)}


@dataclass(frozen=True, kw_only=True)
class Place:
    """An opened store. ``folder`` for a local one, ``bucket`` for S3 whose keys we know."""

    store: ObjectStore
    sort: str
    folder: Path | None = None
    bucket: Bucket | None = None
    prefix: str = ""

    def settle(self, name: str) -> None:
        """Make a finished file survive a power cut; remote stores do so by themselves."""
        if self.folder is None:
            return
        file = self.folder / name
        for path in (file, file.parent):
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    async def abort(self, name: str) -> None:
        """Remove what an unfinished upload of this name left where nobody sees it."""
        if self.folder is not None:
            # obstore writes to `name#1`, which its lists do not show, and renames that at the end
            file = self.folder / name
            for left in file.parent.glob(f"{file.name}#*"):
                left.unlink(missing_ok=True)
        if self.bucket is not None:
            await self.bucket.abort(f"{self.prefix}{name}")

    async def protection(self) -> Protection:
        """Return what the store itself does against deletion."""
        if self.folder is not None:
            why = "a folder has neither: whoever can write there can delete"
            return Protection(place=self.sort, versioning=False, object_lock=False, why=why)
        if self.bucket is None:
            why = "this can only be seen in the provider's own console"
            return Protection(place=self.sort, why=why)
        try:
            versioning, lock = await self.bucket.versioning(), await self.bucket.object_lock()
        except VaultUnavailable as trouble:
            return Protection(place=self.sort, why=trouble.summary)
        return Protection(place=self.sort, versioning=versioning, object_lock=lock)


def open_place(
    url: str, *, options: Mapping[str, str], secrets: Mapping[str, str], clock: Clock
) -> Place:
    """Open the store of a URL; nothing is asked of it yet.

    ``options`` and ``secrets`` carry obstore's own names
    (https://developmentseed.org/obstore/latest/api/store/aws/), such as ``region``. Raises
    VaultUnavailable for what cannot be a store.
    """
    address = urlsplit(url)
    config: dict[str, Any] = {**options, **secrets}
    client: ClientConfig = {"timeout": _PATIENCE, "connect_timeout": timedelta(seconds=5)}
    if options.get("endpoint", "").startswith("http://"):
        client["allow_http"] = True
    sort = _SORTS.get(address.scheme, "memory")
    try:
        if address.scheme in ("file", "memory"):
            folder = Path(unquote(address.path)) if address.scheme == "file" else None
            if folder is not None and not folder.is_dir():
                raise VaultUnavailable(
                    f"the vault's folder {folder} does not exist",
                    hint="Make it, or mount what belongs there.",
                )
            return Place(store=from_url(url), sort=sort, folder=folder)
        store = from_url(url, config=cast(Any, config), client_options=client, retry_config=_RETRY)
    except (BaseError, ValueError, OSError) as trouble:
        # the rest of the message may hold values, and values may be secret
        key = _UNKNOWN.search(str(trouble))
        why = f"the option {key[1]} is unknown" if key else "something is missing or malformed"
        raise VaultUnavailable(
            f"the vault's url, options and credentials do not make a store: {why}",
            hint="Compare [vault] with docs/operations.md.",
        ) from None
    prefix = address.path.strip("/")
    return Place(
        store=store,
        sort=sort,
        bucket=_bucket(address.netloc, config, clock) if address.scheme == "s3" else None,
        prefix=f"{prefix}/" if prefix else "",
    )


def _bucket(name: str, config: Mapping[str, str], clock: Clock) -> Bucket | None:
    key_id, secret = config.get("access_key_id"), config.get("secret_access_key")
    if not (key_id and secret):
        return None
    region = config.get("region", "us-east-1")
    return Bucket(
        endpoint=config.get("endpoint", f"https://s3.{region}.amazonaws.com"),
        name=name,
        region=region,
        key_id=key_id,
        secret=secret,
        token=config.get("session_token"),
        clock=clock,
    )
