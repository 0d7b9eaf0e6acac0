"""Bolt, as this bot uses it: with a client of ours, and no guesses of its own."""

import logging

from pydantic import SecretStr
from slack_bolt.async_app import AsyncApp
from slack_bolt.logger.messages import warning_client_prioritized_and_token_skipped
from slack_sdk.web.async_client import AsyncWebClient


def listening(client: AsyncWebClient, signing_secret: SecretStr | None) -> AsyncApp:
    """Return an app without listeners; the secret is needed where Slack calls us over HTTP."""
    logging.getLogger("slack_bolt.AsyncApp").addFilter(_worth_saying)
    return AsyncApp(
        # Without a name Bolt reads the sources of all who call it, to find one.
        name="savepoint",
        client=client,
        signing_secret=signing_secret.get_secret_value() if signing_secret else None,
    )


def _worth_saying(record: logging.LogRecord) -> bool:
    """Bolt looks for SLACK_BOT_TOKEN too, and warns that our client has a token already."""
    return record.getMessage() != warning_client_prioritized_and_token_skipped()
