"""`savepoint report` as a shell sees it."""

import asyncio
import csv
import io
import sys

import pytest


async def report(env: dict[str, str], *words: str) -> tuple[int, str, str]:
    """Run it in a process of its own; returns exit code, output and what was said besides."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "report", *words),
        env={**env, "PATH": "/usr/bin:/bin"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


async def test_it_prints_the_page_in_each_format(env: dict[str, str]) -> None:
    code, page, said = await report(env, "production")
    assert (code, said) == (0, "")
    assert "| orders-prod (0d5e7a11) |" in page
    _, html, _ = await report(env, "production", "--format", "html")
    assert html.startswith("<!doctype html>")
    _, table, _ = await report(env, "production", "--format", "csv")
    assert [row[0] for row in csv.reader(io.StringIO(table))].count("Instances") == 2


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("nowhere",), 1, "there is no environment"),
        (("production", "--from", "yesterday"), 2, "wants a day such as 2026-11-22"),
        (("production", "--from", "2020-01-01"), 1, "more than 400 days back"),
        ((), 2, "environment"),
    ],
)
async def test_what_cannot_be_reported_ends_with_a_code_and_a_sentence(
    env: dict[str, str], words: tuple[str, ...], code: int, told: str
) -> None:
    ended, page, said = await report(env, *words)
    assert (ended, page) == (code, "")
    assert told in said.lower()
