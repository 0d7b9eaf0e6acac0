from bot.core.findings import ok, warn, wrong
from bot.views.doctor import report


def test_the_report_is_a_table_with_how_to_mend_things_and_the_sum() -> None:
    findings = [
        ok("store", "answers"),
        warn("Slack scopes", "more than needed: files:write", "Take them from the app."),
        wrong("alias orders", "no credential sees 0d5e7a11", "Check the id."),
    ]
    assert report(findings) == (
        "ok     store         answers\n"
        "warn   Slack scopes  more than needed: files:write\n"
        "                     → Take them from the app.\n"
        "wrong  alias orders  no credential sees 0d5e7a11\n"
        "                     → Check the id.\n"
        "\n"
        "1 wrong, 1 warn, 1 ok\n"
    )


def test_no_findings_are_no_trouble() -> None:
    assert report([]) == "\n0 wrong, 0 warn, 0 ok\n"


def test_a_name_from_elsewhere_cannot_steer_the_terminal() -> None:
    text = report([ok("Aura", "sees \x1b[31mred\nok     forged")])
    assert "\x1b" not in text
    assert text.count("\n") == 3
