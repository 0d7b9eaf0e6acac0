"""What the client makes of answers that the double never gives."""

from collections.abc import Callable

import httpx
import pytest

from bot.adapters.console.client import Console
from bot.core.errors import AuraConflict, AuraError, AuraRefused, AuraThrottled, AuraUnavailable
from tests.adapters.console.stage import GOOGLE, LARGE, Stage


class Answers(httpx.AsyncBaseTransport):
    """Answers by the end of the path, or with the double's own way."""

    def __init__(self, **answers: Callable[[], httpx.Response]) -> None:
        self.answers = answers
        self.real = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        name = request.url.path.split("/")[-1].replace("-", "_")
        name = "storage" if "/storage/" in request.url.path else name
        if name in self.answers:
            await request.aread()
            return self.answers[name]()
        return await self.real.handle_async_request(request)

    async def aclose(self) -> None:
        await self.real.aclose()


def said(status: int, text: str = "", **headers: str) -> Callable[[], httpx.Response]:
    return lambda: httpx.Response(status, text=text, headers=headers)


async def sent(stage: Stage, **answers: Callable[[], httpx.Response]) -> AuraError:
    async with stage.console(Answers(**answers)) as console:
        with pytest.raises(AuraError) as caught:
            await stage.send(console)
    return caught.value


async def test_the_consoles_words_are_quoted_and_bounded(stage: Stage) -> None:
    refusal = await sent(stage, size=said(422, '{"Message": "' + "no " * 500 + '"}'))
    assert isinstance(refusal, AuraRefused)
    assert "The console says: “no no" in str(refusal.hint)
    assert len(str(refusal.hint)) < 400


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (301, AuraRefused),
        (409, AuraConflict),
        (418, AuraRefused),
        (429, AuraThrottled),
        (500, AuraUnavailable),
        (504, AuraUnavailable),
    ],
)
async def test_each_status_has_its_meaning(
    stage: Stage, status: int, kind: type[AuraError]
) -> None:
    assert type(await sent(stage, size=said(status, "<html>not JSON</html>"))) is kind


@pytest.mark.parametrize("text", ["", "[]", '{"Provider": 7}', "\x00"])
async def test_an_answer_without_sense_is_no_answer(stage: Stage, text: str) -> None:
    trouble = await sent(stage, **{"import": said(202, text)})
    assert isinstance(trouble, AuraUnavailable)
    assert "could not be read" in trouble.summary


async def test_links_that_make_no_sense_are_no_answer(stage: Stage) -> None:
    nonsense = (
        '{"Provider":"AWS","UploadID":"u","SignedLinks":["https://x","https://y"],"TotalParts":1}'
    )
    assert "make no sense" in (await sent(stage, **{"import": said(202, nonsense)})).summary


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (said(403, "<Code>SignatureDoesNotMatch</Code>"), AuraUnavailable, "(403)"),
        (said(400), AuraRefused, "refuses the file (400)"),
        (said(201), AuraRefused, "refuses the file (201)"),  # without a Location
    ],
)
async def test_google_may_refuse_the_beginning(
    stage: Stage, answer: Callable[[], httpx.Response], kind: type[AuraError], words: str
) -> None:
    trouble = await sent(stage, storage=answer)
    assert type(trouble) is kind
    assert words in trouble.summary


@pytest.mark.parametrize(
    ("status", "kind"), [(400, AuraRefused), (403, AuraUnavailable), (500, AuraUnavailable)]
)
async def test_amazon_may_refuse_a_part(stage: Stage, status: int, kind: type[AuraError]) -> None:
    stage.double.world.instances[GOOGLE].cloud_provider = "aws"
    assert type(await sent(stage, storage=said(status))) is kind


async def test_a_silent_console_is_absent(stage: Stage) -> None:
    def silent() -> httpx.Response:
        raise httpx.ReadTimeout("https://console.test/signed?secret=1")

    trouble = await sent(stage, size=silent)
    assert "did not answer in time" in trouble.summary
    assert trouble.__cause__ is None


async def test_a_slow_line_gets_smaller_pieces(stage: Stage) -> None:
    stage.use(LARGE)
    real = Answers()
    pieces: list[int] = []
    took = iter((10, 10, 4))

    class Slow(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if request.method == "PUT" and int(request.headers["Content-Length"]):
                pieces.append(int(request.headers["Content-Length"]))
                stage.clock.pass_by(next(took, 10))
            return await real.handle_async_request(request)

        async def aclose(self) -> None:
            await real.aclose()

    async with stage.console(Slow()) as console:
        assert isinstance(console, Console)
        assert (await stage.send(console)).complete
    assert pieces[:5] == [8 << 20, 4 << 20, 2 << 20, 2 << 20, 1 << 20]
