"""Places for first passwords: a folder on a real disk, and Vault over real HTTP."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.adapters.passwords import PasswordFolder, VaultKv
from bot.core.base import InstanceId
from bot.core.errors import PasswordNotKept
from bot.ports import FirstPassword, Passwords

HUSH = "made-up-once-only"
FIRST = FirstPassword(
    instance_id=InstanceId("5c2a7c01"),
    name="orders-copy",
    url="neo4j+s://5c2a7c01.databases.neo4j.io",
    username="neo4j",
    password=SecretStr(HUSH),
)


async def test_file_holds_what_is_needed_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    place: Passwords = PasswordFolder(tmp_path)
    said = await place.keep(FIRST)
    path = tmp_path / "5c2a7c01.env"
    assert said == f"in the file {path}"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text().splitlines() == [
        "NEO4J_URI=neo4j+s://5c2a7c01.databases.neo4j.io",
        "NEO4J_USERNAME=neo4j",
        f"NEO4J_PASSWORD={HUSH}",
        "AURA_INSTANCEID=5c2a7c01",
        "AURA_INSTANCENAME=orders-copy",
    ]


async def test_folder_tells_whether_a_password_lies_there_whole(tmp_path: Path) -> None:
    place = PasswordFolder(tmp_path)
    assert await place.has(FIRST.instance_id) is False
    assert place.where(FIRST.instance_id) == await place.keep(FIRST)
    assert await place.has(FIRST.instance_id) is True
    path = tmp_path / "5c2a7c01.env"
    path.write_text(path.read_text()[:60])
    assert await place.has(FIRST.instance_id) is False
    path.unlink()
    path.mkdir()
    assert await place.has(FIRST.instance_id) is None


async def test_name_cannot_add_lines_to_the_file(tmp_path: Path) -> None:
    await PasswordFolder(tmp_path).keep(FIRST.model_copy(update={"name": "a\nNEO4J_URI=bolt://b"}))
    assert len((tmp_path / "5c2a7c01.env").read_text().splitlines()) == 5


async def test_file_that_is_there_already_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "5c2a7c01.env").write_text("older")
    with pytest.raises(PasswordNotKept) as refused:
        await PasswordFolder(tmp_path).keep(FIRST)
    assert (tmp_path / "5c2a7c01.env").read_text() == "older"
    assert HUSH not in f"{refused.value} {refused.value.hint} {refused.value.__cause__}"


async def test_link_in_the_place_of_the_file_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "5c2a7c01.env").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PasswordNotKept):
        await PasswordFolder(tmp_path).keep(FIRST)
    assert not (tmp_path / "elsewhere").exists()


async def test_folder_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(PasswordNotKept, match="No such file"):
        await PasswordFolder(tmp_path / "missing").keep(FIRST)


class StrictVault:
    """A KV store of version 2 as the public API describes it, for one token and one mount."""

    def __init__(self) -> None:
        self.kept: dict[str, dict[str, str]] = {}
        self.sealed = False
        self.url = ""

    async def write(self, request: web.Request) -> web.Response:
        def refused(status: int, *errors: str) -> web.Response:
            return web.json_response({"errors": list(errors)}, status=status)

        if self.sealed:
            return refused(503, "Vault is sealed")
        if request.headers.get("X-Vault-Token") != "s.token":
            return refused(403, "permission denied")
        if request.match_info["mount"] != "secret":
            return refused(404, "no handler for route")
        body = json.loads(await request.read())
        if set(body) - {"options", "data"} or not isinstance(body.get("data"), dict):
            return refused(400, "no data provided")
        path = request.match_info["path"]
        version = int(path in self.kept)
        if body.get("options", {}).get("cas", version) != version:
            return refused(400, "check-and-set parameter did not match the current version")
        self.kept[path] = body["data"]
        return web.json_response({"data": {"version": version + 1, "destroyed": False}})


@pytest.fixture
async def vault() -> AsyncIterator[StrictVault]:
    double = StrictVault()
    app = web.Application()
    app.router.add_post("/v1/{mount}/data/{path:.+}", double.write)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    double.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield double
    await runner.cleanup()


def a_place(vault: StrictVault, *, mount: str = "secret", token: str = "s.token") -> VaultKv:  # noqa: S107
    return VaultKv(url=f"{vault.url}/", mount=mount, path="/team/aura", token=SecretStr(token))


async def test_vault_gets_it_once(vault: StrictVault) -> None:
    place: Passwords = a_place(vault)
    assert await place.keep(FIRST) == "in Vault at secret/team/aura/5c2a7c01"
    [(path, kept)] = vault.kept.items()
    assert path == "team/aura/5c2a7c01"
    assert (kept["username"], kept["password"]) == ("neo4j", HUSH)
    other = FIRST.model_copy(update={"password": SecretStr("other")})
    with pytest.raises(PasswordNotKept) as refused:
        await place.keep(other)
    assert "already" in (refused.value.hint or "")
    assert vault.kept[path]["password"] == HUSH


@pytest.mark.parametrize(
    ("mount", "token", "status"), [("secret", "wrong", "403"), ("other", "s.token", "404")]
)
async def test_refusal_of_vault_is_told_with_what_to_do(
    vault: StrictVault, mount: str, token: str, status: str
) -> None:
    with pytest.raises(PasswordNotKept, match=status) as refused:
        await a_place(vault, mount=mount, token=token).keep(FIRST)
    assert refused.value.hint


async def test_vault_that_is_away_is_told_without_the_password(vault: StrictVault) -> None:
    vault.sealed = True
    with pytest.raises(PasswordNotKept, match="503"):
        await a_place(vault).keep(FIRST)
    away = VaultKv(url="http://127.0.0.1:1", mount="m", path="p", token=SecretStr("t"))
    with pytest.raises(PasswordNotKept, match="does not answer") as lost:
        await away.keep(FIRST)
    assert lost.value.__cause__ is None
    assert HUSH not in f"{lost.value!r} {lost.value.hint}"


def test_a_first_password_never_shows_itself() -> None:
    assert HUSH not in f"{FIRST!r} {FIRST} {FIRST.model_dump()} {FIRST.model_dump_json()}"
