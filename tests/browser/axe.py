"""axe-core, the checker of accessibility rules, from npm at the version and hash of its lock."""

import asyncio

from playwright.async_api import Page

from tests.contracts.outside.npm import installed

GRAVE = {"serious", "critical"}


async def source() -> str:
    """The checker's source; skips where it cannot be installed, except in CI."""
    modules = await asyncio.to_thread(installed, "axe-core")
    return (modules / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


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
