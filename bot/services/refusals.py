"""Words by which Slack refuses a message, and what they mean for the next one."""

#: Slack's words for a message that nobody can edit any more
#: (https://docs.slack.dev/reference/methods/chat.update#errors).
GONE = frozenset(
    {"message_not_found", "cant_update_message", "edit_window_closed", "is_inactive",
     "channel_not_found", "is_archived"}
)  # fmt: skip
