"""Exports as the vault lists them, for tests."""

from datetime import UTC, datetime, timedelta

from bot.core.base import InstanceId, SnapshotId
from bot.core.vault import Check, Digests, Export, Hold, Kind, Manifest
from bot.core.vault.names import folder, name

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ORDERS = InstanceId("0d5e7a11")
DIGESTS = Digests(size=9, sha256="0" * 64, crc32="00000000")


def export(
    *,
    taken: datetime = NOW,
    stored: datetime | None = None,
    environment: str = "production",
    instance_id: InstanceId = ORDERS,
    kind: Kind = Kind.BACKUP,
    held: bool = False,
    sound: bool = True,
    present: bool = True,
    snapshot: str = "s1",
) -> Export:
    at = stored or taken + timedelta(hours=1)
    inside = folder(environment, "orders", instance_id)
    return Export(
        manifest=Manifest(
            name=name(inside, at=at, snapshot=snapshot, extension=kind.value),
            environment=environment,
            instance_id=instance_id,
            instance_name="orders",
            snapshot_id=SnapshotId(snapshot),
            taken_at=taken,
            kind=kind,
            extension=kind.value,
            stored_at=at,
            reread_at=at,
            digests=DIGESTS,
            tool="savepoint",
        ),
        hold=Hold(at=NOW, why="an audit") if held else None,
        check=None if sound else Check(at=NOW, sound=False, why="its data is missing"),
        present=present,
    )
