"""Signed records in the vault: written once, and no part of the exports."""

import obstore

from bot.core.base import OperationId
from tests.contracts.vaults import Stand, moto, stand

__all__ = ["moto", "stand"]


async def test_a_record_is_kept_once_beside_the_exports(stand: Stand) -> None:
    await stand.vault.record(OperationId("drl-1"), '{"first": 1}', "# Page")
    await stand.vault.record(OperationId("drl-1"), '{"second": 2}', "# Other")
    got = await obstore.get_async(stand.place.store, "~evidence/drl-1.json")
    assert bytes(await got.bytes_async()) == b'{"first": 1}'
    got = await obstore.get_async(stand.place.store, "~evidence/drl-1.md")
    assert bytes(await got.bytes_async()) == b"# Page"
    contents = await stand.vault.contents()
    assert (contents.exports, contents.debris, contents.unreadable) == ((), (), ())
