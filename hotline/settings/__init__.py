"""Environment to one frozen value; every fault is named, with what to put there."""

import os
from collections.abc import Mapping
from pathlib import Path

from hotline.settings.dotenv import read_dotenv
from hotline.settings.reading import Reader
from hotline.settings.value import BadSettings, Settings
from hotline.settings.variables import ROOT, VARIABLES, Variable

__all__ = ["ROOT", "VARIABLES", "BadSettings", "Settings", "Variable", "environment", "read_settings"]


def environment(root: Path | None = None) -> dict[str, str]:
    """The process's environment over a `.env` file in the working folder."""
    return {**_read_env_file((root or Path.cwd()) / ".env"), **os.environ}


def read_settings(given: Mapping[str, str]) -> Settings:
    """Build the settings. Raises BadSettings naming every fault at once."""
    return Reader(given).read()


def _read_env_file(path: Path) -> dict[str, str]:
    try:
        return read_dotenv(path.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return {}
