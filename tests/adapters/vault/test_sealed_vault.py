"""An encrypted vault: what stands in the store, who can read it, what is verified."""

import obstore
import pyrage  # type: ignore[import-untyped]
import pytest

from bot.core.errors import VaultDamaged, VaultSealed
from tests.contracts.vaults import Stand, facts, stream, whole

KEY = pyrage.x25519.Identity.generate()
PUBLIC, SECRET = str(KEY.to_public()), str(KEY)
BODY = b"customers " * 300_000


@pytest.fixture
def stand() -> Stand:
    return Stand("memory:///", {}, sort="memory")


async def test_only_encrypted_bytes_reach_the_store_and_the_manifest_says_for_whom(
    stand: Stand,
) -> None:
    vault = stand.opened(recipients=(PUBLIC,))
    kept = await vault.put(facts(), stream(BODY), size=len(BODY))
    assert kept.name.endswith(".backup.age")
    stored = bytes(obstore.get(stand.place.store, kept.name).bytes())
    assert stored.startswith(b"age-encryption.org/v1\n")
    assert b"customers" not in stored
    assert kept.digests.size == len(stored)
    assert kept.encryption is not None
    assert kept.encryption.recipients == (PUBLIC,)
    assert kept.plain.size == len(BODY)
    assert SECRET not in kept.model_dump_json()


async def test_the_bot_verifies_what_it_cannot_read(stand: Stand) -> None:
    vault = stand.opened(recipients=(PUBLIC,))
    kept = await vault.put(facts(), stream(BODY))
    assert (await vault.verify(kept.name)).sound
    with pytest.raises(VaultSealed, match="the key to it is not here"):
        await whole(vault.plain(kept.name))
    stored = bytes(obstore.get(stand.place.store, kept.name).bytes())
    obstore.put(stand.place.store, kept.name, stored[:-1] + b"!")
    assert not (await vault.verify(kept.name)).sound


async def test_a_host_that_has_the_identity_reads_it_from_any_place(stand: Stand) -> None:
    kept = await stand.opened(recipients=(PUBLIC,)).put(facts(), stream(BODY))
    restoring = stand.opened(identity=SECRET)
    for start in (0, 1, 2_000_000, len(BODY)):
        assert await whole(restoring.plain(kept.name, start=start)) == BODY[start:]


async def test_the_announced_size_is_that_of_the_file_itself(stand: Stand) -> None:
    vault = stand.opened(recipients=(PUBLIC,))
    with pytest.raises(VaultDamaged, match="were announced"):
        await vault.put(facts(), stream(BODY), size=len(BODY) + 1)
    assert (await vault.contents()).debris == ()


async def test_an_empty_file_is_sealed_too(stand: Stand) -> None:
    kept = await stand.opened(recipients=(PUBLIC,)).put(facts(), stream(), size=0)
    assert await whole(stand.opened(identity=SECRET).plain(kept.name)) == b""
