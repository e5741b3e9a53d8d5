"""Databases for tests of stores."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.databases import Databases


@pytest.fixture
def address(databases: Databases) -> Iterator[str]:
    """An empty database with PostGIS."""
    with databases.one() as address:
        yield address
