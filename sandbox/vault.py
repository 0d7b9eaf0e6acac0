"""A vault in a folder, with a few exports in it, as the bot would have put them there."""

import json
import zlib
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from sandbox.aura import fleet as aura
from sandbox.aura.archives import backup_file
from sandbox.aura.graphs import shop

#: How old the data of each export is, in days; with the rules below the last but one may go.
AGES = (1, 2, 40, 41)


def sample_vault(folder: Path, now: datetime) -> None:
    """Write exports of the production instance into a folder."""
    folder.mkdir(mode=0o700, exist_ok=True)
    inside = folder / "production" / f"orders-prod-{aura.ORDERS_PROD}"
    inside.mkdir(parents=True, exist_ok=True)
    for age in AGES:
        at = (now - timedelta(days=age)).replace(microsecond=0)
        body = backup_file(
            shop(f"vault {age}", nodes=240, relationships=640), database="neo4j", taken_at=at
        )
        name = f"{at + timedelta(hours=1):%Y%m%dT%H%M%SZ}-file.backup"
        (inside / name).write_bytes(body)
        manifest = _manifest(inside.relative_to(folder).as_posix() + "/" + name, body, at)
        (inside / f"{name}.manifest.json").write_text(
            json.dumps(manifest, indent=2), encoding="utf-8"
        )


def vault_table(folder: Path) -> str:
    """Return the `[vault]` tables of a `savepoint.toml`."""
    keep = "[vault.keep.production]\ndaily = 2\nweekly = 4\nmonthly = 2\n"
    return f'[vault]\nurl = "{folder.absolute().as_uri()}"\n\n{keep}'


def _manifest(name: str, body: bytes, at: datetime) -> dict[str, object]:
    stored = (at + timedelta(hours=1)).isoformat()
    return {
        "environment": "production",
        "instance_id": aura.ORDERS_PROD,
        "instance_name": "orders-prod",
        "taken_at": at.isoformat(),
        "kind": "backup",
        "extension": "backup",
        "tier": "enterprise-db",
        "by": "the sandbox",
        "why": "an export to try the vault with",
        "name": name,
        "stored_at": stored,
        "reread_at": stored,
        "digests": {
            "size": len(body),
            "sha256": sha256(body).hexdigest(),
            "crc32": f"{zlib.crc32(body):08x}",
        },
        "tool": "savepoint sandbox",
    }
