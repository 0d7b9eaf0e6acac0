from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.stories.harness import Story, stage


@pytest.fixture
async def story(valkey_url: str, tmp_path: Path) -> AsyncIterator[Story]:
    async with stage(valkey_url, tmp_path) as told:
        yield told
