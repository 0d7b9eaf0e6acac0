"""A double of Slack: Web API, Socket Mode, interactivity and limits."""
