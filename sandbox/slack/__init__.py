"""A double of Slack: Web API, Socket Mode, interactivity and limits."""

from sandbox.slack.cast import Cast
from sandbox.slack.double import SlackDouble

__all__ = ["Cast", "SlackDouble"]
