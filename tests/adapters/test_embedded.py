import asyncio
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from redis.asyncio import Redis

from bot.adapters import embedded
from bot.adapters.embedded import DataInUse, EmbeddedStore, EmbeddedStoreFailed
from bot.core.errors import BotError
from tests.adapters.waiting import until

ROOT = Path(__file__).parents[2]

BOT = """
import asyncio, sys
from pathlib import Path
from bot.adapters.embedded import EmbeddedStore

async def main() -> None:
    async with EmbeddedStore(Path(sys.argv[1])) as store:
        print(store.url, flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


def client(store: EmbeddedStore) -> Redis:
    return Redis.from_url(store.url, decode_responses=True)


async def server_pid(store: EmbeddedStore) -> int:
    async with client(store) as redis:
        return int((await redis.info("server"))["process_id"])


def runs(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def start_bot_and_kill_it(data: Path) -> None:
    """Leave a server behind, as a bot that got SIGKILL does."""
    with subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", BOT, str(data)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as bot:
        assert bot.stdout is not None
        assert bot.stdout.readline().startswith("unix://")
        bot.kill()


async def test_the_store_keeps_every_acknowledged_write(store: EmbeddedStore) -> None:
    async with client(store) as redis:
        kept = {
            name: (await redis.config_get(name))[name]
            for name in ("appendonly", "appendfsync", "maxmemory-policy", "port")
        }
    assert kept == {
        "appendonly": "yes",
        "appendfsync": "always",
        "maxmemory-policy": "noeviction",
        "port": "0",
    }


async def test_data_outlives_a_clean_stop(tmp_path: Path) -> None:
    async with EmbeddedStore(tmp_path) as store, client(store) as redis:
        await redis.set("promise", "kept")
        pid = await server_pid(store)
    assert not runs(pid)
    assert not store.alive()
    async with EmbeddedStore(tmp_path) as store, client(store) as redis:
        assert await redis.get("promise") == "kept"


async def test_nobody_else_can_enter_the_data(store: EmbeddedStore, tmp_path: Path) -> None:
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "data" / "valkey.sock").stat().st_mode) == 0o700


async def test_a_second_owner_is_told_plainly(store: EmbeddedStore, tmp_path: Path) -> None:
    with pytest.raises(DataInUse) as refusal:
        await EmbeddedStore(tmp_path / "data").__aenter__()
    assert isinstance(refusal.value, BotError)
    assert refusal.value.hint is not None
    assert "REDIS_URL" in refusal.value.hint
    assert store.alive()


async def test_a_server_left_behind_by_a_killed_bot_is_adopted_and_ended(tmp_path: Path) -> None:
    await asyncio.to_thread(start_bot_and_kill_it, tmp_path)
    async with EmbeddedStore(tmp_path) as store:
        left_behind = await server_pid(store)
        assert store.alive()
        assert runs(left_behind)
        async with client(store) as redis:
            assert (await redis.info("server"))["uptime_in_seconds"] >= 0
        assert store._child is None  # adopted, not started
    assert not runs(left_behind)


async def test_an_adopted_server_that_dies_is_started_again(tmp_path: Path) -> None:
    await asyncio.to_thread(start_bot_and_kill_it, tmp_path)
    async with EmbeddedStore(tmp_path, watch=0.02) as store:
        os.kill(await server_pid(store), signal.SIGKILL)
        await until(lambda: not store.alive() or store._child is not None)
        await until(lambda: store._child is not None and store.alive())


async def test_a_stale_socket_is_cleared(tmp_path: Path) -> None:
    async with EmbeddedStore(tmp_path, watch=60) as store:
        os.kill(await server_pid(store), signal.SIGKILL)
        await until(lambda: not store.alive())
        assert (tmp_path / "valkey.sock").exists()
    async with EmbeddedStore(tmp_path) as store, client(store) as redis:
        assert await redis.ping()


async def test_a_server_that_dies_is_started_again_with_its_data(
    store: EmbeddedStore, caplog: pytest.LogCaptureFixture
) -> None:
    async with client(store) as redis:
        await redis.set("promise", "kept")
    dead = await server_pid(store)
    os.kill(dead, signal.SIGKILL)
    await until(lambda: "has died" in caplog.text)
    await until(lambda: store.alive() and store._pid != dead)
    await store._ready()
    async with client(store) as redis:
        assert await redis.get("promise") == "kept"


async def test_a_server_that_cannot_come_back_is_reported_and_tried_again(
    store: EmbeddedStore, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    manifest = tmp_path / "data" / "appendonlydir" / "appendonly.aof.manifest"
    sound = manifest.read_text()
    manifest.write_text("nonsense\n")
    os.kill(await server_pid(store), signal.SIGKILL)
    await until(lambda: caplog.text.count("ended at its start") >= 2)
    manifest.write_text(sound)
    await until(store.alive)
    assert await store._ready()


async def test_a_start_that_fails_shows_the_last_words_and_frees_the_data(tmp_path: Path) -> None:
    files = tmp_path / "appendonlydir"
    files.mkdir()
    (files / "appendonly.aof.manifest").write_text("nonsense\n")
    with pytest.raises(EmbeddedStoreFailed, match="ended at its start") as failure:
        await EmbeddedStore(tmp_path).__aenter__()
    assert failure.value.hint is not None
    assert "valkey.log" in failure.value.hint
    assert "AOF manifest" in failure.value.hint
    (files / "appendonly.aof.manifest").unlink()
    async with EmbeddedStore(tmp_path) as store:
        assert store.alive()


async def test_a_server_that_hangs_is_killed_at_the_stop(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with EmbeddedStore(tmp_path, patience=5) as store:
        pid = await server_pid(store)
        store._patience = 0.2
        os.kill(pid, signal.SIGSTOP)
    assert "does not take its leave" in caplog.text
    assert not runs(pid)


async def test_a_server_that_does_not_answer_in_time_is_given_up(tmp_path: Path) -> None:
    await asyncio.to_thread(start_bot_and_kill_it, tmp_path)
    lost = tmp_path / "lost.sock"
    (tmp_path / "socket").write_text(str(lost))
    impatient = EmbeddedStore(tmp_path, patience=0.1)
    with pytest.raises(EmbeddedStoreFailed, match="does not answer within"):
        await impatient.__aenter__()
    (tmp_path / "socket").write_text(str(tmp_path / "valkey.sock"))
    async with EmbeddedStore(tmp_path) as store:
        assert store.alive()


async def test_a_deep_data_directory_gets_a_short_private_socket(tmp_path: Path) -> None:
    deep = tmp_path / ("deep" * 20) / "with space & 50% ünïcode"
    async with EmbeddedStore(deep) as store, client(store) as redis:
        assert await redis.ping()
        assert (await redis.config_get("dir"))["dir"] == str(deep)
        assert store._socket.parent != deep
        assert stat.S_IMODE(store._socket.parent.stat().st_mode) == 0o700
    store._socket.parent.rmdir()


def test_a_directory_that_is_not_ours_is_refused_plainly(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EmbeddedStoreFailed, match="cannot be used"):
        embedded._make_private(tmp_path / "file" / "below")


def test_an_empty_log_has_no_last_words(tmp_path: Path) -> None:
    (tmp_path / "log").touch()
    assert embedded._last_line(tmp_path / "log") == "nothing"


async def test_windows_gets_a_plain_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(EmbeddedStoreFailed, match="Windows"):
        await EmbeddedStore(tmp_path).__aenter__()
