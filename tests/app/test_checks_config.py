"""`[[checks]]`: from the file and the folder, and what is wrong with them."""

from pathlib import Path

import pytest

from bot.config import ConfigError, load
from bot.core.checks import Between, Check, Exactly, LikeBaseline, NoRows, RowCount, Severity
from tests.app.test_config import VARIABLES

BASE = """\
[environments.production]
channel = "C012AB3CD"
alert_channel = "C012AB3CD"
"""


def given(folder: Path, text: str, **files: str) -> tuple[Check, ...]:
    (folder / "savepoint.toml").write_text(BASE + text)
    (folder / "checks").mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / "checks" / f"{name}.toml").write_text(content)
    config = str(folder / "savepoint.toml")
    return load({**VARIABLES, "SAVEPOINT_CONFIG": config}).checks


def faults(folder: Path, text: str, **files: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        given(folder, text, **files)
    return [fault.removeprefix(f"{folder}/") for fault in caught.value.faults]


def check(name: str, more: str) -> str:
    return f'[[checks]]\nname = "{name}"\ncypher = "RETURN 1"\n{more}\n'


def test_every_kind_of_expectation_is_read(tmp_path: Path) -> None:
    text = "".join(
        [
            check("a", "no_rows = true"),
            check("b", "rows = 3"),
            check("c", "rows = { least = 1 }"),
            check("d", "value = 42"),
            check("e", 'values = [["x", 1], ["y", true]]'),
            check("f", "between = { least = 1, most = 2.5 }"),
            check("g", 'like_baseline = { of = "label:An Order", within = 0.05 }'),
        ]
    )
    found = given(tmp_path, text)
    assert [each.expectation for each in found] == [
        NoRows(),
        RowCount(least=3, most=3),
        RowCount(least=1, most=1000),
        Exactly(rows=((42,),)),
        Exactly(rows=(("x", 1), ("y", True))),
        Between(least=1, most=2.5),
        LikeBaseline(of="label:An Order", within=0.05),
    ]
    assert isinstance(found[4].expectation, Exactly)
    assert found[4].expectation.rows[1][1] is True


def test_checks_of_the_folder_join_those_of_the_file_in_order(tmp_path: Path) -> None:
    more = 'severity = "warning"\ntimeout_seconds = 5\nenvironments = ["production"]\n'
    found = given(
        tmp_path,
        check("main", "no_rows = true"),
        b=check("second", "rows = 1"),
        a=check("first", f"rows = 1\n{more}"),
    )
    assert [each.name for each in found] == ["main", "first", "second"]
    assert (found[1].severity, found[1].timeout) == (Severity.WARNING, 5)
    assert found[1].environments == ("production",)


def test_faults_are_told_with_file_key_and_line(tmp_path: Path) -> None:
    text = check("good", "no_rows = true") + check("bad", "") + check("odd", "rows = -1")
    found = faults(
        tmp_path,
        text,
        shop=check("good", "no_rows = true\nvalue = 1")
        + check("x", 'like_baseline = { of = "everything", within = 2 }')
        + check("y", "between = { least = 2, most = 1 }")
        + check("z", "between = {}")
        + check("w", "rows = { least = 2, most = 1 }"),
        broken="[[checks",
    )
    one_of = "name exactly one of no_rows, rows, value, values, between, like_baseline"
    assert found[0] == f"savepoint.toml:8: checks.1: has no expectation; {one_of}"
    assert found[1].startswith("savepoint.toml:15: checks.2.rows.least: input should be greater")
    assert found[3].startswith("checks/broken.toml: ")
    assert found[4:6] == [
        f"checks/shop.toml:1: checks.0: has no_rows and value; {one_of}",
        "checks/shop.toml:9: checks.1.like_baseline.of: “everything” is not nodes, "
        "relationships, label:NAME or type:NAME",
    ]
    assert found[7:] == [
        "checks/shop.toml:13: checks.2.between: least is more than most",
        "checks/shop.toml:17: checks.3.between: name least, most or both",
        "checks/shop.toml:21: checks.4.rows: least is more than most",
    ]


def test_name_that_is_there_twice_and_strange_environment_are_told(tmp_path: Path) -> None:
    text = check("a", "no_rows = true") + check("a", "no_rows = true")
    assert faults(tmp_path, text) == ["savepoint.toml:9: checks.1.name: “a” is there twice"]
    strange = check("a", 'no_rows = true\nenvironments = ["elsewhere"]')
    assert faults(tmp_path, check("a", "no_rows = true"), shop=strange) == [
        "checks/shop.toml:2: checks.0.name: “a” is there twice",
        "checks/shop.toml:5: checks.0.environments: there is no environment elsewhere",
    ]
