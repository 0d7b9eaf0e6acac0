"""The way up: encrypted if wanted, cut into parts, hashed in the same pass."""

from collections.abc import AsyncIterable, Sequence
from contextlib import AsyncExitStack, aclosing

import obstore
from obstore.store import ObjectStore

from bot.adapters.vault import age
from bot.adapters.vault.faults import plainly
from bot.adapters.vault.stream import MOST_PARTS, Tally, counted, part_size, recut, side_by_side
from bot.core.errors import VaultDamaged, VaultUnavailable
from bot.core.vault import Digests
from bot.ports.vault import Told

_STORING = "the export cannot be stored"
#: age adds 16 bytes to each 64 KiB, and a head for each recipient
#: (https://github.com/C2SP/C2SP/blob/main/age.md).
_AGE_SHARE, _AGE_HEAD = 4096, 64 * 1024


async def upload(
    store: ObjectStore,
    path: str,
    chunks: AsyncIterable[bytes],
    *,
    to: Sequence[object],
    size: int | None,
    told: Told | None,
) -> tuple[Digests, Digests]:
    """Stream ``chunks`` to ``path``, encrypted ``to`` somebody; memory stays constant.

    Returns the digests of what was stored, and of what came in. Raises VaultDamaged when another
    number of bytes came than ``size``, and VaultUnavailable; what was begun is left unfinished.
    """
    came = Tally()
    stored = Tally() if to else came
    part = part_size(_grown(size) if to else size)
    sent = 0
    with plainly(_STORING):
        writer = obstore.open_writer_async(
            store, path, buffer_size=part, max_concurrency=side_by_side(part)
        )
    async with AsyncExitStack() as stack:
        pieces = await stack.enter_async_context(aclosing(counted(chunks, came, told)))
        if to:
            sealed = await stack.enter_async_context(aclosing(age.sealed(pieces, to)))
            pieces = await stack.enter_async_context(aclosing(counted(sealed, stored, None)))
        parts = await stack.enter_async_context(aclosing(recut(pieces, part)))
        async for piece in parts:
            sent += len(piece)
            if sent > part * MOST_PARTS:
                raise VaultUnavailable("the stream is longer than the store can take")
            with plainly(_STORING):
                await writer.write(piece)
    if size is not None and came.size != size:
        raise VaultDamaged(
            f"{came.size:,} bytes came, and {size:,} were announced",
            hint="Nothing was added. The file was cut short, or it changed meanwhile.",
        )
    with plainly(_STORING):
        await writer.close()
    return stored.digests(), came.digests()


def _grown(size: int | None) -> int | None:
    return None if size is None else size + size // _AGE_SHARE + _AGE_HEAD
