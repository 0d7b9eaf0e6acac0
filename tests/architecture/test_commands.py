"""Every command has a role, a help line and a place in the docs; forget one and it is named."""

import inspect

import pytest

from bot.core import commands
from bot.core.commands import COMMANDS, Command
from bot.core.grammar import Typed
from bot.core.policy import ROLES
from tests.architecture.generated import ROOT


def test_every_command_model_is_in_the_table_of_commands() -> None:
    models = {
        model
        for _, model in inspect.getmembers(commands, inspect.isclass)
        if issubclass(model, Typed) and model is not Typed
    }
    assert models == set(COMMANDS) == set(Command.__args__)


def test_every_command_has_a_role() -> None:
    assert set(ROLES) == set(COMMANDS)


@pytest.mark.parametrize("model", COMMANDS)
def test_every_command_has_a_help_line_of_one_sentence(model: type[Command]) -> None:
    assert "__doc__" in vars(model)
    assert model.line().endswith(".")
    assert len(model.line()) < 100


@pytest.mark.parametrize("model", COMMANDS)
def test_every_command_has_its_paragraph_and_an_example_in_the_docs(model: type[Command]) -> None:
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    _, found, rest = text.partition(f"\n## {' '.join(model.words)}\n")
    assert found, f"docs/commands.md has no heading “{' '.join(model.words)}”"
    assert f"/aura {' '.join(model.words)}" in rest.split("\n## ")[0]


def test_no_two_commands_begin_with_the_same_words() -> None:
    words = [words for model in COMMANDS for words in (model.words, *model.aliases)]
    assert len(words) == len(set(words))
