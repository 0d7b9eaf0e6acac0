"""Slack's Block Kit rules: what Slack would refuse, said before it is sent.

Slack publishes no schema of Block Kit; the tables in `objects`, `elements`, `blocks` and
`surfaces` are gathered from its reference pages (https://docs.slack.dev/reference/block-kit)
and its SDKs. Where those disagree the smaller limit stands here, so that what passes these
rules passes Slack too. Strings are counted in code points, as Slack's own SDKs do.
"""

from bot.views.blockkit.rules import Fault
from bot.views.blockkit.surfaces import check_message, check_view

__all__ = ["Fault", "check_message", "check_view"]
