"""`savepoint vault bring`: the file of a guided export, from a shell."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.adapters.redis import RedisOperations
from bot.core.operations import Export
from bot.core.operations import events as e
from tests.app.test_command_line import Run, run
from tests.app.test_vault_line import known, vault
from tests.core.backups.writer import backup
from tests.core.export_samples import OPENED, export
from tests.core.samples import snapshot

__all__ = ["known", "run", "vault"]


def at_hand(folder: Path, **facts: object) -> Path:
    file = folder / "neo4j-2026-11-22T12-00-00.backup"
    file.write_bytes(backup(**facts))  # type: ignore[arg-type]
    return file


def stored(url: str, op: Export) -> None:
    async def keep() -> None:
        async with Redis.from_url(url, decode_responses=True) as redis:
            await RedisOperations(redis).create(op)

    asyncio.run(keep())


def waiting(taken_at: object) -> Export:
    picked = e.SnapshotPicked(snapshot=snapshot().model_copy(update={"taken_at": taken_at}))
    return export(picked, OPENED)


def test_a_fitting_file_is_kept_for_its_export(
    run: Run, known: dict[str, str], tmp_path: Path, valkey_url: str
) -> None:
    file = at_hand(tmp_path)
    from bot.core.backups import Inspector

    inspector = Inspector()
    inspector.feed(file.read_bytes())
    stored(valkey_url, waiting(inspector.finish().taken_at))
    code, out, err = run("vault", "bring", str(file), "exp-1", env=known)
    assert (code, err) == (0, "")
    assert "The card in Slack follows within a minute or two." in out
    name = out.split()[0]
    shown = json.loads(run("vault", "show", name, "--json", env=known)[1])
    manifest = shown["export"]["manifest"]
    assert manifest["operation_id"] == "exp-1"
    assert "from a shell" in manifest["by"]


def test_a_file_of_another_time_is_refused(
    run: Run, known: dict[str, str], tmp_path: Path, valkey_url: str
) -> None:
    stored(valkey_url, waiting(snapshot().taken_at - timedelta(days=400)))
    code, _, err = run("vault", "bring", str(at_hand(tmp_path)), "exp-1", env=known)
    assert code == 1
    assert "and the snapshot" in err
    assert run("vault", "list", "--json", env=known)[1].count('"exports": []') == 1


@pytest.mark.parametrize(
    ("op", "said"), [(None, "there is no export"), (export(), "waits for no file")]
)
def test_only_an_export_that_waits_takes_a_file(
    run: Run,
    known: dict[str, str],
    tmp_path: Path,
    valkey_url: str,
    op: Export | None,
    said: str,
) -> None:
    if op is not None:
        stored(valkey_url, op)
    code, _, err = run("vault", "bring", str(at_hand(tmp_path)), "exp-1", env=known)
    assert code == 1
    assert said in err
