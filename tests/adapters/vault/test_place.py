"""What obstore does not do: S3's own questions, unfinished uploads, sentences for errors."""

import asyncio
import re
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import obstore
import pytest

from bot.adapters.vault import open_place
from bot.adapters.vault.place import Place
from bot.adapters.vault.stream import LEAST_PART
from bot.core.errors import VaultUnavailable
from tests.contracts.vaults import KEYS, LateClock, Moto, Stand, facts, moto, start_moto, stream

__all__ = ["moto"]


def at_s3(moto: Moto, bucket: str, **secrets: str) -> Place:
    return open_place(
        f"s3://{bucket}/pre/fix",
        options=moto.options(),
        secrets=secrets or KEYS,
        clock=LateClock(),
    )


def put(url: str, **more: Any) -> None:
    httpx.put(url, **more).raise_for_status()


def enforce(moto: Moto) -> None:
    """From now on moto demands signatures, and checks them with botocore."""
    httpx.post(f"{moto.url}/moto-api/reset-auth", content="0").raise_for_status()


def unfinished(moto: Moto, bucket: str) -> list[str]:
    return re.findall("<Key>(.*?)</Key>", httpx.get(f"{moto.url}/{bucket}?uploads").text)


def files(folder: Path) -> list[str]:
    return [file.name for file in folder.rglob("*") if file.is_file()]


def in_the_way(path: Path) -> None:
    path.write_text("a file where a folder should be")


async def test_versioning_and_object_lock_of_a_bucket_are_asked_for(moto: Moto) -> None:
    bucket = moto.bucket()
    found = await at_s3(moto, bucket).protection()
    assert (found.versioning, found.object_lock, found.why) == (False, False, "")
    on = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
    put(f"{moto.url}/{bucket}?versioning", content=on)
    assert (await at_s3(moto, bucket).protection()).versioning is True


async def test_a_locked_bucket_is_known_as_one(moto: Moto) -> None:
    found = await at_s3(moto, moto.locked()).protection()
    assert (found.versioning, found.object_lock) == (True, True)


async def test_a_folder_says_that_it_has_neither(tmp_path: Path) -> None:
    found = await Stand(tmp_path.as_uri(), {}, sort="file").vault.protection()
    assert (found.versioning, found.object_lock) == (False, False)
    assert "whoever can write there can delete" in found.why


@pytest.mark.parametrize(
    ("url", "secrets"),
    [
        ("gs://bucket/prefix", {}),
        ("az://container", {"account_name": "us", "account_key": "c2VjcmV0"}),
        ("s3://bucket", {}),
    ],
)
async def test_where_nobody_can_ask_it_says_so(url: str, secrets: dict[str, str]) -> None:
    place = open_place(url, options={}, secrets=secrets, clock=LateClock())
    found = await place.protection()
    assert found.versioning is None
    assert "console" in found.why


async def test_a_bucket_that_does_not_answer_is_a_reason_and_no_failure() -> None:
    options = {"endpoint": "http://127.0.0.1:9", "region": "us-east-1"}
    place = open_place("s3://bucket", options=options, secrets=KEYS, clock=LateClock())
    found = await place.protection()
    assert (found.versioning, found.why) == (None, "the bucket does not answer")


async def test_unfinished_parts_are_aborted_and_only_those_of_that_name(moto: Moto) -> None:
    bucket = moto.bucket()
    place = at_s3(moto, bucket)
    for name in ("a/b", "a/bc"):
        writer = obstore.open_writer_async(place.store, name, buffer_size=LEAST_PART)
        await writer.write(b"x" * (2 * LEAST_PART))
        await writer.flush()
        del writer
    await place.abort("a/b")
    assert unfinished(moto, bucket) == ["pre/fix/a/bc"]


DYING = """
import asyncio, os, signal, sys
from pathlib import Path
from typing import Any
from tests.contracts.vaults import Stand, facts
async def chunks():
    yield b"x" * 20_000_000
    os.kill(os.getpid(), signal.SIGKILL)
stand = Stand(Path(sys.argv[1]).as_uri(), {}, sort="file")
asyncio.run(stand.vault.put(facts(), chunks()))
"""


async def test_what_a_killed_upload_left_in_a_folder_is_found_and_cleared(tmp_path: Path) -> None:
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", DYING, str(tmp_path)], check=False
    )
    assert done.returncode == -signal.SIGKILL
    stand = Stand(tmp_path.as_uri(), {}, sort="file")
    assert any("#" in name for name in files(tmp_path))
    [debris] = (await stand.vault.contents()).debris
    assert debris.abandoned(stand.clock.now() + timedelta(days=1, minutes=1))
    await stand.vault.clear(debris.name)
    assert files(tmp_path) == []


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(VaultUnavailable, match="does not exist"):
        Stand((tmp_path / "not-mounted").as_uri(), {}, sort="file")
    assert not (tmp_path / "not-mounted").exists()


def test_options_that_make_no_store_are_refused_without_showing_them() -> None:
    with pytest.raises(VaultUnavailable, match="the option colour is unknown") as refused:
        open_place("s3://b", options={"colour": "x"}, secrets=KEYS, clock=LateClock())
    assert KEYS["secret_access_key"] not in str(refused.value) + str(refused.value.hint)


async def test_a_missing_bucket_is_one_sentence(moto: Moto) -> None:
    stand = Stand("s3://no-such-bucket", moto.options(), sort="s3")
    with pytest.raises(VaultUnavailable, match="it is not there"):
        await stand.vault.put(facts(), stream(b"x"))


async def test_a_store_that_does_not_answer_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.adapters.vault.place._RETRY", {"max_retries": 0})
    options = {"endpoint": "http://127.0.0.1:9", "region": "us-east-1"}
    stand = Stand("s3://bucket", options, sort="s3")
    with pytest.raises(VaultUnavailable, match="cannot be listed: the store does not answer"):
        await stand.vault.contents()


async def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    stand = Stand(tmp_path.as_uri(), {}, sort="file")
    in_the_way(tmp_path / "production")
    with pytest.raises(VaultUnavailable, match=r"cannot be (listed|written)"):
        await stand.vault.put(facts(), stream(b"x"))


async def test_wrong_credentials_are_one_sentence_and_right_ones_sign_well() -> None:
    process, strict = await asyncio.to_thread(start_moto)
    try:
        bucket = strict.bucket()
        keys = _access_key(strict)
        enforce(strict)
        found = await at_s3(strict, bucket, **keys).protection()
        assert (found.versioning, found.why) == (False, "")
        wrong = {**keys, "secret_access_key": "wrong-secret-of-the-vault"}
        refused = await at_s3(strict, bucket, **wrong).protection()
        assert refused.why == "the bucket refuses to say (SignatureDoesNotMatch)"
        stand = Stand(f"s3://{bucket}", strict.options(), sort="s3")
        with pytest.raises(VaultUnavailable) as told:
            await stand.vault.put(facts(), stream(b"x"))
        assert told.value.summary == (
            "the vault cannot be written: the store refuses us (InvalidAccessKeyId)"
        )
        assert told.value.hint is not None
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait, 10)


def _access_key(moto: Moto) -> dict[str, str]:
    """Make a user who may do everything with S3, as moto's IAM wants it."""
    scope = "Credential=a/20260101/us-east-1/iam/aws4_request"
    headers = {"authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=1"}

    def ask(**query: str) -> str:
        data = {"Version": "2010-05-08", "UserName": "vault", **query}
        return httpx.post(moto.url, data=data, headers=headers).raise_for_status().text

    ask(Action="CreateUser")
    allow = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}'
    ask(Action="PutUserPolicy", PolicyName="all", PolicyDocument=allow)
    made = ask(Action="CreateAccessKey")
    [key] = re.findall("<AccessKeyId>(.*?)</AccessKeyId>", made)
    [secret] = re.findall("<SecretAccessKey>(.*?)</SecretAccessKey>", made)
    return {"access_key_id": key, "secret_access_key": secret}
