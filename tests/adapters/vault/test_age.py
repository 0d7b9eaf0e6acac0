"""Encryption: read back by pyrage, and by Debian's age, which nobody here wrote."""

import asyncio
import os
import shutil
import subprocess
import tracemalloc
from collections.abc import AsyncGenerator, AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyrage  # type: ignore[import-untyped]
import pytest

from bot.adapters.vault import age
from bot.core.errors import VaultSealed

KEY = pyrage.x25519.Identity.generate()
PUBLIC, SECRET = str(KEY.to_public()), str(KEY)
BODY = os.urandom(3_000_001)


async def of(body: bytes, size: int = 700_000) -> AsyncIterator[bytes]:
    for at in range(0, len(body), size):
        yield body[at : at + size]


async def sealed(body: bytes, *to: str) -> bytes:
    pieces = age.sealed(of(body), age.recipients(to or (PUBLIC,)))
    return b"".join([piece async for piece in pieces])


async def opened(body: bytes, secret: str = SECRET) -> bytes:
    pieces = age.opened(of(body), age.identities(secret))
    return b"".join([piece async for piece in pieces])


@pytest.mark.parametrize("body", [b"", b"x", BODY])
async def test_what_was_sealed_is_opened_by_its_identity(body: bytes) -> None:
    cipher = await sealed(body)
    assert BODY[:64] not in cipher
    assert await opened(cipher, f"# created: today\n# public key: {PUBLIC}\n{SECRET}\n") == body


async def test_each_of_several_recipients_can_read_it() -> None:
    other = pyrage.x25519.Identity.generate()
    cipher = await sealed(BODY, PUBLIC, str(other.to_public()))
    assert await opened(cipher) == await opened(cipher, str(other)) == BODY


async def test_another_identity_cannot_read_it() -> None:
    with pytest.raises(VaultSealed, match="cannot be decrypted"):
        await opened(await sealed(BODY), str(pyrage.x25519.Identity.generate()))


@pytest.mark.parametrize("harm", ["cut short", "altered"])
async def test_harmed_bytes_are_not_read(harm: str) -> None:
    cipher = await sealed(BODY)
    bad = cipher[:-20] if harm == "cut short" else cipher[:-1] + bytes([cipher[-1] ^ 1])
    with pytest.raises(VaultSealed):
        await opened(bad)


def read_by(command: list[str], cipher: bytes) -> bytes:
    done = subprocess.run(command, input=cipher, capture_output=True, check=True)  # noqa: S603
    return done.stdout


async def test_the_age_program_reads_it(tmp_path: Path) -> None:
    program = shutil.which("age")
    if program is None:
        missing = "age is missing; install it with: apt-get install age"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    key = tmp_path / "key"
    key.write_text(SECRET)
    command = [program, "--decrypt", "--identity", str(key)]
    assert read_by(command, await sealed(BODY)) == BODY


async def test_memory_stays_constant_whatever_the_size() -> None:
    async def endless() -> AsyncIterator[bytes]:
        piece = b"x" * 1_000_000
        for _ in range(60):
            yield piece

    tracemalloc.start()
    total = 0
    async for piece in age.sealed(endless(), age.recipients([PUBLIC])):
        total += len(piece)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert total > 60_000_000
    assert peak < 15_000_000


async def test_what_goes_wrong_at_the_source_comes_out_as_it_is() -> None:
    async def failing() -> AsyncIterator[bytes]:
        yield b"x" * 100_000
        raise ConnectionResetError("gone")

    with pytest.raises(ConnectionResetError, match="gone"):
        async for _ in age.sealed(failing(), age.recipients([PUBLIC])):
            pass


async def test_whoever_stops_in_the_middle_leaves_no_thread_behind() -> None:
    pieces = age.sealed(of(os.urandom(20_000_000)), age.recipients([PUBLIC]))
    assert await anext(pieces)
    await pieces.aclose()


@pytest.mark.parametrize(
    "bad",
    ["", "age1nonsense", pytest.param(SECRET, id="a secret key"), "ssh-rsa nonsense"],
)
def test_a_recipient_that_is_none_is_named(bad: str) -> None:
    with pytest.raises(ValueError, match="is not an age recipient"):
        age.recipients([PUBLIC, bad])


@pytest.mark.parametrize(
    "bad",
    ["", "# nothing", pytest.param(PUBLIC, id="a public key"), "AGE-SECRET-KEY-1NONSENSE"],
)
def test_a_key_file_without_a_key_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="age identity"):
        age.identities(bad)


async def test_whoever_stops_in_the_middle_finds_the_source_at_rest() -> None:
    body, asked = await sealed(os.urandom(4 << 20)), asyncio.Event()

    async def stored() -> AsyncGenerator[bytes, None]:
        try:
            yield body[: 3 << 20]
            asked.set()
            await asyncio.Event().wait()  # a store that takes its time
        finally:
            for _ in range(20):
                await asyncio.sleep(0)  # and that does not let go at once

    source = stored()
    pieces = age.opened(source, age.identities(SECRET))
    assert len(await anext(pieces)) > 0
    await asked.wait()
    await pieces.aclose()
    await source.aclose()  # raises RuntimeError where a read is still under way


async def test_streams_take_no_thread_from_whoever_feeds_them() -> None:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))

    async def fetched() -> AsyncIterator[bytes]:
        async for piece in of(BODY):
            yield await asyncio.to_thread(bytes, piece)

    async def through() -> int:
        pieces = age.sealed(fetched(), age.recipients([PUBLIC]))
        return sum([len(piece) async for piece in pieces])

    async with asyncio.timeout(30):
        assert min(await asyncio.gather(through(), through())) > len(BODY)
