"""The report as a page, a table and a message; hostile names stay text."""

import csv
import io

from bot.core.audit import Verdict
from bot.core.report import compiled
from bot.core.report_lines import Report
from bot.views import report as views
from tests.core.samples import NOW, instance
from tests.core.test_report import SETTING, SINCE, UNTIL, WHOLE, entry, report, restored, taken
from tests.views.reading import read


def sample() -> Report:
    denied = entry(2, "restore.approve", Verdict.DENIED)
    return report(taken(NOW), restored(), entries=(denied,))


def hostile() -> Report:
    return compiled(
        "production",
        since=SINCE,
        until=UNTIL,
        now=UNTIL,
        instances=[instance(name="=cmd()|<script>alert(1)</script>\n| x |")],
        operations=[],
        exports=[],
        entries=[],
        chain=WHOLE,
        setting=SETTING,
    )


def test_the_page_says_who_approved_what() -> None:
    page = views.markdown(sample())
    assert page.startswith("# Backup and restore of production\n")
    assert "| rst-1 | restore | ab12cd34 | U01REQ | U02APP | 2026-11-22 12:00 UTC |" in page
    assert "SOC 2 A1.3" in page
    assert "| 2026-11-22 12:00 UTC | 2 | restore.approve | so it was |" in page


def test_where_nothing_is_recorded_the_page_says_so() -> None:
    assert views.markdown(hostile()).count("None is recorded.") == 4
    assert views.html(hostile()).count("None is recorded.") == 4


def test_names_stay_text_on_every_page() -> None:
    page = views.html(hostile())
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "<script>" not in views.markdown(hostile())
    rows = views.markdown(hostile()).splitlines()
    heads = [row for row in rows if row.startswith("| Instance | Tier")]
    [named] = [row for row in rows if row.startswith("| =cmd()")]
    assert named.replace("\\|", "").count("|") == heads[0].count("|")


def test_the_table_opens_in_a_spreadsheet_and_runs_nothing() -> None:
    rows = list(csv.reader(io.StringIO(views.as_csv(hostile()))))
    assert ["table", "Clause", "Question", "Answer", "Evidence"] in rows
    cells = [cell for row in rows for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]


def test_the_message_gives_the_figures_and_the_way_to_the_page() -> None:
    message = views.summary(sample(), link="https://savepoint.example.com/fetch/x")
    shown = read(message)
    assert "1 done" in shown
    assert "7 entries, whole" in shown
    assert "opens once, within 15 minutes" in shown
    assert "savepoint report production" in read(views.summary(sample(), link=None))
    assert "opens once" not in read(views.summary(sample(), link=None))
