"""axe-core, the checker of accessibility rules, from npm into a cache of our own."""

import asyncio
import os
import shutil
from pathlib import Path

import pytest
from playwright.async_api import Page

VERSION = "4.14.1"
CACHE = Path(__file__).parents[2] / ".cache" / f"axe-core-{VERSION}"
SOURCE = CACHE / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = {"serious", "critical"}


async def source() -> str:
    """The checker's source; skips without npm, except in CI, where it must be there."""
    if not SOURCE.exists():
        npm = shutil.which("npm")
        if npm is None:
            reason = "needs npm, to install axe-core: apt-get install npm"
            if os.environ.get("CI") == "true":
                pytest.fail(reason)
            pytest.skip(reason)
        CACHE.mkdir(parents=True, exist_ok=True)
        program = await asyncio.create_subprocess_exec(
            *(npm, "install", "--prefix", str(CACHE), "--no-save", "--no-package-lock"),
            *("--no-audit", "--no-fund", "--ignore-scripts", f"axe-core@{VERSION}"),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await program.communicate()
        if program.returncode:
            reason = f"npm could not install axe-core {VERSION}: {said.decode()[-500:]}"
            if os.environ.get("CI") == "true":
                pytest.fail(reason)
            pytest.skip(f"{reason} (it needs the npm registry once)")
    return SOURCE.read_text(encoding="utf-8")


async def grave_findings(page: Page, axe: str) -> list[str]:
    """What is seriously or critically wrong with the page as it is now, a line for each element."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(axe)
    await page.evaluate(  # half-way through a movement, colours are not what they will be
        "Promise.all(document.getAnimations().filter((a) => a.effect.getTiming().iterations === 1)"
        ".map((a) => a.finished))"
    )
    found = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{rule['impact']} {rule['id']}: {rule['help']}: {node['target']} {node['failureSummary']}"
        for rule in found["violations"]
        if rule["impact"] in GRAVE
        for node in rule["nodes"]
    ]
