from collections.abc import Iterator

import pytest

from tests.contracts.outside.outsiders import Address, standalone_double


@pytest.fixture
def aura() -> Iterator[Address]:
    with standalone_double() as address:
        yield address
