"""The console's import over HTTP.

    POST /v1/databases/{id}/import/auth                     a token, for Basic user:password
    POST /v1/databases/{id}/import/size                     {"FullSize"}
    POST /v2/databases/{id}/import                          {"Crc32", "DumpSize", "FullSize"}
    POST /v1/databases/{id}/import/multipart-upload-status  {"Crc32", "UploadID"}
    POST /v1/databases/{id}/import/upload-complete          {"Crc32", …}
    GET  /v1/databases/{id}/import/status

The links that it hands out lead to `sandbox.aura.storage_calls`. For the sources see
`sandbox.aura.console`.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from itertools import cycle

from aiohttp import web

from sandbox.aura.answers import Answer, RefusedError
from sandbox.aura.calls import Call, Record
from sandbox.aura.console import Console, Import, Ticket, refused
from sandbox.aura.storage_calls import StorageCalls

_B1 = "/v1/databases/{instance}/import"
_B2 = "/v2/databases/{instance}/import"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class ConsoleCalls:
    """The routes; ``number`` counts the calls of the whole double."""

    def __init__(
        self,
        console: Console,
        *,
        record: Record,
        number: Callable[[], int],
    ) -> None:
        self._console = console
        self._record = record
        self._number = number
        self._down = cycle((502, 503, 504))

    def routes(self) -> list[web.RouteDef]:
        """All of it."""
        return [
            web.post(_B1 + "/auth", self._handler(self._auth, "auth")),
            web.post(_B1 + "/size", self._handler(self._size, "size")),
            web.post(_B2, self._handler(self._initiate, "initiate")),
            web.post(_B1 + "/multipart-upload-status", self._handler(self._parts, "parts")),
            web.post(_B1 + "/upload-complete", self._handler(self._complete, "complete")),
            web.get(_B1 + "/status", self._handler(self._status, "status")),
            *StorageCalls(self._console, self._note).routes(),
        ]

    def _handler(
        self, answering: Callable[[web.Request, Mapping[str, object], int], Answer], kind: str
    ) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            raw = await request.read()
            n = self._number()
            body: object = None
            try:
                if self._console.world.faults.console_down.take():
                    answer = Answer(status=next(self._down))
                else:
                    body = _parsed(raw)
                    answer = answering(request, body, n)
            except RefusedError as refusal:
                answer = refusal.answer
            dropped = self._note(request, f"console {kind}", answer.status, n=n, body=body)
            if dropped and request.transport is not None:
                request.transport.close()
            text = "" if answer.body is None else json.dumps(answer.body)
            return web.Response(status=answer.status, text=text, content_type="application/json")

        return handle

    def _auth(self, request: web.Request, _body: Mapping[str, object], _n: int) -> Answer:
        token = self._console.authenticate(
            request.match_info["instance"],
            request.headers.get("Authorization", ""),
            consented=request.headers.get("Confirmed") == "true",
        )
        return Answer(status=200, body={"Token": token})

    def _size(self, request: web.Request, body: Mapping[str, object], _n: int) -> Answer:
        self._ticket(request)
        self._console.check_size(request.match_info["instance"], _whole(body, "FullSize"))
        return Answer(status=200, body={})

    def _initiate(self, request: web.Request, body: Mapping[str, object], _n: int) -> Answer:
        self._ticket(request)
        if not request.headers.get("Neo4j-Version"):
            raise refused(404, "This client is too old")
        instance_id = request.match_info["instance"]
        self._console.check_size(instance_id, _whole(body, "FullSize"))
        one = self._console.initiate(
            instance_id, crc32=_whole(body, "Crc32"), size=_whole(body, "DumpSize")
        )
        return Answer(status=202, body=_links(one, str(request.url.origin())))

    def _parts(self, request: web.Request, body: Mapping[str, object], _n: int) -> Answer:
        self._ticket(request)
        one = self._console.find(request.match_info["instance"], _whole(body, "Crc32"))
        if body.get("UploadID") != one.upload_id:
            raise refused(404, "No such upload")
        return Answer(status=200, body=_multipart(one))

    def _complete(self, request: web.Request, body: Mapping[str, object], n: int) -> Answer:
        ticket = self._ticket(request)
        one = self._console.find(request.match_info["instance"], _whole(body, "Crc32"))
        if one.provider == "AWS" and {k: body.get(k) for k in _multipart(one)} != _multipart(one):
            raise refused(400, "The parts are not those that were uploaded")
        self._console.complete(ticket, one, n=n)
        return Answer(status=200, body={})

    def _status(self, request: web.Request, _body: Mapping[str, object], _n: int) -> Answer:
        self._ticket(request)
        return Answer(status=200, body=self._console.status(request.match_info["instance"]))

    def _ticket(self, request: web.Request) -> Ticket:
        return self._console.ticket(
            request.match_info["instance"], request.headers.get("Authorization", "")
        )

    def _note(
        self,
        request: web.Request,
        kind: str,
        status: int,
        *,
        n: int | None = None,
        body: object = None,
        dropped: bool = False,
    ) -> bool:
        """Write a call down, without what signs a link; returns whether to lose its answer."""
        faults = self._console.world.faults
        lost = kind == "console complete" and status == 200 and faults.drop_answer.take()
        self._record.add(
            Call(
                n=n or self._number(),
                at=self._console.world.now(),
                method=request.method,
                path=_unsigned(request),
                body=body,
                status=status,
                request_id="",
                dropped=dropped or lost,
            ),
            kind=kind,
        )
        return lost


def _unsigned(request: web.Request) -> str:
    session = request.match_info.get("session")
    return request.path if session is None else request.path.replace(session, "…")


def _links(one: Import, url: str) -> dict[str, object]:
    signed: str | None = None
    links: list[str] | None = None
    if one.provider in ("GCP", "AZURE"):  # how Azure's links look is unknown; these are ours
        signed = f"{url}/storage/google/{one.upload_id}?X-Goog-Signature={one.secret}"
    if one.provider == "AWS":
        left = range(len(one.stored.parts) + 1, one.parts + 1)
        base = f"{url}/storage/amazon/{one.upload_id}"
        links = [f"{base}/{n}?X-Amz-Signature={one.secret}" for n in left]
    aws = one.provider == "AWS"
    return {
        "Provider": one.provider,
        "SignedURI": signed,
        "SignedLinks": links,
        "UploadID": one.upload_id if aws else None,
        "TotalParts": one.parts,
    }


def _multipart(one: Import) -> dict[str, object]:
    parts = [{"PartNumber": n, "ETag": tag} for n, tag in sorted(one.stored.parts.items())]
    return {"Parts": parts, "UploadID": one.upload_id, "Provider": one.provider}


def _parsed(raw: bytes) -> dict[str, object]:
    if not raw:
        return {}
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise refused(400, "The request body is not valid JSON") from None
    if not isinstance(body, dict):
        raise refused(400, "The request body must be an object")
    return body


def _whole(body: Mapping[str, object], key: str) -> int:
    value = body.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise refused(400, f"{key} must be a whole number")
    return value
