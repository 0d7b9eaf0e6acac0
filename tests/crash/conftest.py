from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.crash.doubles import FOR_EVER, Doubles, doubles
from tests.crash.stage import Stage, stage
from tests.crash.stores import Kind, SharedStore


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[Doubles]:
    """Aura and Slack, quick."""
    async with doubles(tmp_path) as ready:
        yield ready


@pytest.fixture
async def patient(tmp_path: Path) -> AsyncIterator[Doubles]:
    """Aura and Slack, where everything takes as long as a test wants."""
    async with doubles(tmp_path, FOR_EVER) as ready:
        yield ready


@pytest.fixture(params=["valkey", pytest.param("redis", marks=pytest.mark.redis)])
def shared(request: pytest.FixtureRequest) -> Iterator[SharedStore]:
    """A store for several replicas; the test runs once on each kind."""
    with TemporaryDirectory(prefix="sp-") as folder:
        store = SharedStore(request.param, Path(folder))
        store.start()
        yield store
        store.close()


Stages = Callable[[Doubles], AbstractAsyncContextManager[Stage]]


@pytest.fixture(params=["embedded", pytest.param("redis", marks=pytest.mark.redis)])
def fresh_stage(request: pytest.FixtureRequest) -> Stages:
    """Gives a stage with an empty store of its own, of each kind."""
    kind: Kind | None = None if request.param == "embedded" else request.param

    @asynccontextmanager
    async def on_server(doubles: Doubles) -> AsyncIterator[Stage]:
        with ExitStack() as stack:
            store = SharedStore(
                "redis", Path(stack.enter_context(TemporaryDirectory(prefix="sp-")))
            )
            stack.callback(store.close)
            store.start()
            async with stage(doubles, url=store.url) as ready:
                yield ready

    return stage if kind is None else on_server
