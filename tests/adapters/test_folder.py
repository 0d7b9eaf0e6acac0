"""The folder for uploads: its own files, and nothing beside or above it."""

from pathlib import Path

import pytest

from bot.adapters.folder import Folder
from bot.core.errors import UnknownFile


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inside = tmp_path / "uploads"
    inside.mkdir()
    (inside / "orders.backup").write_bytes(b"0123456789" * 300_000)
    (inside / "deeper").mkdir()
    (inside / "deeper" / "other.backup").write_bytes(b"x")
    (tmp_path / "secret.backup").write_bytes(b"secret")
    (inside / "link.backup").symlink_to(tmp_path / "secret.backup")
    (inside / "again.backup").symlink_to(inside / "orders.backup")
    return inside


async def test_a_file_is_read_from_anywhere_on(folder: Path) -> None:
    files = Folder(folder)
    assert await files.size("orders.backup") == 3_000_000
    assert b"".join([p async for p in files.read("orders.backup")]) == b"0123456789" * 300_000
    assert b"".join([p async for p in files.read("orders.backup", start=2_999_995)]) == b"56789"
    assert await files.size("again.backup") == 3_000_000


@pytest.mark.parametrize(
    "name",
    [
        "../secret.backup",
        "..",
        ".",
        "",
        "/etc/passwd",
        "deeper/other.backup",
        "deeper",
        "link.backup",
        "missing.backup",
        "~/secret.backup",
        "orders.backup\0",
        "orders.backup\n",
        "%2e%2e/secret.backup",
        ".hidden",
        "x" * 300,
    ],
)
async def test_nothing_else_is_there(folder: Path, name: str) -> None:
    files = Folder(folder)
    with pytest.raises(UnknownFile, match="there is no file"):
        await files.size(name)
    with pytest.raises(UnknownFile):
        await anext(files.read(name))


async def test_a_folder_that_is_missing_holds_nothing(tmp_path: Path) -> None:
    with pytest.raises(UnknownFile):
        await Folder(tmp_path / "nowhere").size("orders.backup")
