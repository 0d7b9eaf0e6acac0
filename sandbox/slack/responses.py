"""Answers outside the Web API: what an acknowledgement carries, and what a response URL is sent.

Source: https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
"""

from aiohttp import web

from sandbox.slack.api import Api, Args
from sandbox.slack.api_chat import said
from sandbox.slack.tickets import ResponseUrl
from sandbox.slack.wire import Payload, SlackError
from sandbox.slack.world import Message


class Responses:
    """Posts, replaces and deletes on behalf of the app, without its token."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def handle(self, request: web.Request) -> web.Response:
        """One POST to a response URL."""
        try:
            body = await request.json()
        except ValueError:
            body = None
        if not isinstance(body, dict):
            return web.Response(status=400, text="invalid_payload")
        try:
            url = self._api.tickets.use_response_url(request.match_info["key"])
        except SlackError as refusal:
            return web.json_response({"ok": False, "error": refusal.code}, status=404)
        try:
            self.respond(url, body)
        except SlackError as refusal:
            return web.json_response(
                {"ok": False, "error": refusal.code, **refusal.more}, status=400
            )
        return web.Response(text="ok")

    def respond(self, url: ResponseUrl, body: Payload) -> None:
        """Do what one answer asks: delete, replace, or post (ephemeral unless said otherwise)."""
        original = self._original(url)
        if body.get("delete_original"):
            if original is None:
                raise SlackError("message_not_found")
            self._api.world.delete(original)
        elif body.get("replace_original") and original is not None:
            what = said(Args(body))
            original.text, original.blocks = what.text, self._api.world.kept(what.blocks or [])
            self._api.world.changed()
        else:
            posted = self.post(url.user, url.channel, body)
            url.message_ts = url.message_ts or posted.ts

    def post(self, user: str, channel_id: str, body: Payload) -> Message:
        """A message for everybody (`in_channel`) or for `user` only.

        In a thread only what is for everybody and says that it replaces nothing.
        """
        what = said(Args(body))
        in_channel = body.get("response_type") == "in_channel"
        in_thread = in_channel and body.get("replace_original") is False
        return self._api.world.post(
            self._api.world.channels[channel_id],
            user=self._api.world.app.bot_user_id,
            text=what.text,
            blocks=what.blocks,
            thread_ts=str(body["thread_ts"]) if in_thread and body.get("thread_ts") else None,
            ephemeral_to=None if in_channel else user,
        )

    def _original(self, url: ResponseUrl) -> Message | None:
        message = self._api.world.channels[url.channel].messages.get(url.message_ts or "")
        own = message is not None and message.user == self._api.world.app.bot_user_id
        return message if own else None
