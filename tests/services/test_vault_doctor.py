import obstore

from bot.adapters.clock import new_id
from bot.adapters.vault import ObstoreVault, open_place
from bot.core.findings import Level
from bot.core.vault.names import MANIFEST
from bot.services.vault_doctor import examine_vault
from tests.contracts.vaults import LateClock, Moto, Stand, facts, moto, stream

__all__ = ["moto"]


async def looked(stand: Stand, **more: bool) -> list[str]:
    known = {"encrypted": True, "identity": False, "kept": True} | more
    found = await examine_vault(stand.vault, **known)
    return [f"{f.level} {f.subject}: {f.what}" for f in found]


async def test_a_locked_bucket_with_rules_and_recipients_is_all_well(moto: Moto) -> None:
    stand = Stand(f"s3://{moto.locked()}", moto.options(), sort="s3")
    assert await looked(stand) == [
        "ok vault: answers; 0 exports",
        "ok vault: protection: S3: versioning is on, object lock is on",
    ]


async def test_a_bucket_without_protection_is_a_warning(moto: Moto) -> None:
    stand = Stand(f"s3://{moto.bucket()}", moto.options(), sort="s3")
    assert await looked(stand) == [
        "ok vault: answers; 0 exports",
        "warn vault: protection: S3: versioning is off, object lock is off",
    ]


async def test_what_is_weak_is_named_with_what_to_do() -> None:
    stand = Stand("memory:///", {}, sort="memory")
    kept = await stand.vault.put(facts(), stream(b"body"))
    other = await stand.vault.put(facts(environment="staging"), stream(b"body"))
    obstore.put(stand.place.store, kept.name, b"bo")
    obstore.put(stand.place.store, other.name + MANIFEST, b"{}")
    vault = stand.opened()
    found = await examine_vault(vault, encrypted=False, identity=True, kept=False)
    assert [f.what for f in found] == [
        "answers; 1 export",
        f"{kept.id} is damaged or missing",
        f"the manifest of {other.name} cannot be read",
        "memory: versioning and object lock are unknown: "
        "this can only be seen in the provider's own console",
        "exports are stored as they are",
        "the key that decrypts is on this host",
        "nothing ever expires",
    ]
    assert all(f.mend for f in found if f.level is not Level.OK)


async def test_a_vault_whose_folder_is_away_is_wrong_and_stops_nothing_else() -> None:
    clock = LateClock()
    vault = ObstoreVault(
        lambda: open_place("file:///no/such/folder", options={}, secrets={}, clock=clock),
        clock=clock,
        new_id=new_id,
        tool="t",
    )
    [found] = await examine_vault(vault, encrypted=True, identity=False, kept=True)
    assert found.level is Level.WRONG
    assert found.what == "the vault's folder /no/such/folder does not exist"
