"""What the bot does: use cases, the runner and its steps."""
