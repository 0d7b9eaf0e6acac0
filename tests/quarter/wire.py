"""The way from the bot to the Aura double without a socket; all above it is the real thing."""

import httpx

from sandbox.aura import AuraDouble


class Wire(httpx.AsyncBaseTransport):
    """Carries what the bot's guard lets out to the double's front, and the reply back."""

    def __init__(self, double: AuraDouble) -> None:
        self._double = double

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.decode("ascii")
        body = await request.aread()
        reply = await self._double.ask(request.method, path, headers=request.headers, body=body)
        if reply.dropped:
            raise httpx.ReadError("the connection was cut")
        return httpx.Response(reply.status, headers=dict(reply.headers), content=reply.body)
