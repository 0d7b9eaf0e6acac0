"""Slack's own TypeScript types as a judge: JSON is assigned to a type, and `tsc --strict` speaks.

The types come from npm, `@slack/types` and `@slack/web-api`. They know structure, names, scopes and
events; they know no lengths, which `bot.views.blockkit` checks.
"""

import json
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from tests.contracts.outside.npm import installed, run

HEAD = """\
import type { HomeView, KnownBlock, ModalView } from '@slack/types';
import type { AppsManifestCreateArguments, WebClient } from '@slack/web-api';
type Manifest = Exclude<AppsManifestCreateArguments['manifest'], string>;
type Known<T> = Omit<T, 'blocks'> & { blocks: KnownBlock[] };
"""
OPTIONS = ("--strict", "--noEmit", "--pretty", "false", "--skipLibCheck", "--types", "node")
TARGET = ("--module", "nodenext", "--target", "es2022")
COMPLAINT = re.compile(r"^claims\.ts\((\d+),\d+\): error (.*)$")


@dataclass(frozen=True)
class Claim:
    """`value` is said to be a `type`; `name` is what a failure is told under."""

    name: str
    type: str
    value: object


def blocks(name: str, value: object) -> Claim:
    """Blocks of a message."""
    return Claim(name, "KnownBlock[]", value)


def view(name: str, value: dict[str, object]) -> Claim:
    """A modal or a Home tab. Slack's types let any block into a view; here it is a known one."""
    kind = "HomeView" if value.get("type") == "home" else "ModalView"
    return Claim(name, f"Known<{kind}>", value)


def manifest(name: str, value: object) -> Claim:
    """An app manifest."""
    return Claim(name, "Manifest", value)


def call(name: str, method: str, arguments: object) -> Claim:
    """The arguments of a Web API method."""
    path = "".join(f"['{part}']" for part in method.split("."))
    return Claim(name, f"NonNullable<Parameters<WebClient{path}>[0]>", arguments)


def complaints(claims: list[Claim], folder: Path) -> dict[str, list[str]]:
    """What `tsc` has against each claim, by its name; claims it accepts are left out."""
    modules = installed("slack-types")
    (folder / "node_modules").symlink_to(modules)
    (folder / "package.json").write_text('{"type": "module"}')
    first = HEAD.count("\n") + 1
    lines = [
        f"export const c{n}: {claim.type} = {json.dumps(claim.value)};"
        for n, claim in enumerate(claims)
    ]
    (folder / "claims.ts").write_text(HEAD + "\n".join(lines) + "\n")
    said = run(
        str(modules / ".bin" / "tsc"), *OPTIONS, *TARGET, "claims.ts", cwd=folder, check=False
    )
    found: dict[str, list[str]] = defaultdict(list)
    for line in said.splitlines():
        if match := COMPLAINT.match(line):
            found[claims[int(match[1]) - first].name].append(match[2])
        elif not line.startswith(" "):
            found["tsc itself"].append(line)
    return dict(found)
