"""The stages of this run: each is set up once in a test process, when first asked for."""

from collections.abc import Iterator

import pytest

from tests.whole.stage import Stage, embedded_stage, stage_by_url


@pytest.fixture(scope="session")
def embedded() -> Iterator[Stage]:
    with embedded_stage() as stage:
        yield stage


@pytest.fixture(scope="session")
def by_url() -> Iterator[Stage]:
    with stage_by_url() as stage:
        yield stage
