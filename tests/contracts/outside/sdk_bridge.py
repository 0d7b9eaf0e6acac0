"""Runs in the environment of `neo4j-aura-sdk`: calls come as JSON lines, answers go back so.

A call is `{"call": method, "args": […], "model": name or null}`; with `model` the last argument is
made into that request model. An answer is `{"ok": …}` or `{"error": class, "said": text}`.
Arguments of the program: address, API version, client id, client secret.
"""

import asyncio
import json
import sys

import neo4j_aura_sdk as sdk  # type: ignore[import-not-found]  # not in this environment


async def main(url: str, version: str, client_id: str, client_secret: str) -> None:
    """Answer until the input ends."""
    async with sdk.AuraClient(client_id, client_secret, url, version) as client:
        for line in sys.stdin:
            asked = json.loads(line)
            args = asked["args"]
            if asked["model"]:
                args[-1] = getattr(sdk.models, asked["model"])(**args[-1])
            try:
                answer = await getattr(client, asked["call"])(*args)
            except Exception as error:
                said = {"error": type(error).__name__, "said": str(error)}
            else:
                said = {"ok": answer.model_dump() if hasattr(answer, "model_dump") else answer}
            print(json.dumps(said, default=lambda model: model.model_dump()), flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
