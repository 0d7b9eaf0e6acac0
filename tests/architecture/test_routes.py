"""A walk over the routing table: forget one thing about a command or a button, and it is named."""

import ast
import json
import re
from pathlib import Path

import pytest

from bot.core.commands import COMMANDS, Command
from bot.core.policy import ROLES
from bot.views import ids
from bot.views.help import overview
from handlers import ROUTES
from sandbox.slack.cast import App
from tests.architecture.generated import ROOT

STORIES = ROOT / "tests" / "stories"


def _told() -> str:
    """Every string in the stories, one a line."""
    lines: list[str] = []
    for path in sorted(STORIES.glob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                lines.append(node.value)
            elif isinstance(node, ast.JoinedStr):
                parts = [v.value if isinstance(v, ast.Constant) else "…" for v in node.values]
                lines.append("".join(map(str, parts)))
    return "\n".join(lines)


def _used(kind: str, folder: Path) -> set[str]:
    """The members of an enum of ids that the code in a folder names."""
    code = "\n".join(path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.py")))
    return set(re.findall(rf"\b{kind}\.([A-Z][A-Z_]+)\b", code))


def test_every_command_has_a_handler_and_a_role() -> None:
    assert set(ROUTES.commands) == set(COMMANDS) == set(ROLES)


@pytest.mark.parametrize("model", COMMANDS)
def test_every_command_is_told_in_help_in_the_docs_and_in_a_story(model: type[Command]) -> None:
    words = " ".join(model.words)
    assert model.line() in "".join(map(json.dumps, overview().blocks))
    assert f"\n## {words}\n" in (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    spoken = re.compile(rf"^(/aura|<@\w+>|…) {words}\b", re.MULTILINE)
    assert spoken.search(_told()), f"no story says “/aura {words}”"


def test_every_button_and_input_has_a_route_and_the_other_way_round() -> None:
    assert set(ROUTES.buttons) == set(ids.Action)
    assert set(ROUTES.options) == {
        ids.Action.PICK_INSTANCE,
        ids.Action.PICK_SNAPSHOT,
        ids.Action.PICK_SOURCE,
        ids.Action.PICK_EXPORTABLE,
    }


def test_every_callback_has_one_route() -> None:
    assert set(ROUTES.modals) | set(ROUTES.shortcuts) == set(ids.Callback)
    assert not set(ROUTES.modals) & set(ROUTES.shortcuts)


@pytest.mark.parametrize("kind", ["Action", "Callback", "Field"])
def test_every_id_is_on_the_wire_somewhere(kind: str) -> None:
    sent = _used(kind, ROOT / "bot" / "views")
    if kind == "Callback":  # shortcuts are declared in the manifest, not in a view
        sent |= {shortcut.name for shortcut in ROUTES.shortcuts}
    assert sent == {member.name for member in getattr(ids, kind)}


def test_every_shortcut_of_the_app_has_a_route() -> None:
    declared = {(shortcut.kind, shortcut.callback_id) for shortcut in App().shortcuts}
    assert declared == {
        ("global", ids.Callback.RESTORE_SHORTCUT.value),
        ("message", ids.Callback.THREAD_SHORTCUT.value),
    }
    assert {callback for _, callback in declared} == {c.value for c in ROUTES.shortcuts}
