"""What the sandbox's app declares by itself is what the bot's manifest declares."""

from bot.manifest import manifest
from sandbox.slack.cast import App


def test_the_sandbox_has_the_scopes_events_tabs_and_shortcuts_of_the_manifest() -> None:
    ours, theirs = App(), App.from_manifest(manifest())
    assert sorted(ours.scopes) == sorted(theirs.scopes)
    assert sorted(ours.events) == sorted(theirs.events)
    assert ours.shortcuts == theirs.shortcuts
    for tab in ("home_tab", "messages_tab", "messages_read_only"):
        assert getattr(ours, tab) is getattr(theirs, tab)
    assert [each.command for each in ours.commands] == [each.command for each in theirs.commands]
