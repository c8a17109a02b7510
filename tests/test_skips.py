"""A skip counts as a failure exactly where everything was installed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

SUITE = """
import pytest

def test_runs():
    pass

@pytest.mark.skip(reason="no Chromium here")
def test_needs_chromium():
    pass

def test_decides_late():
    pytest.skip("no network namespaces")

@pytest.mark.skipif(True, reason="optional: the shared folder is not here")
def test_needs_a_folder():
    pass

@pytest.mark.xfail
def test_known_fault():
    assert False
"""

MODULE = 'import pytest\n\npytest.skip("no PostgreSQL 15", allow_module_level=True)\n'


def run_suite(folder: Path, source: str, *, require_all: str) -> tuple[int, str]:
    """Exit code and output of pytest over one file, in a process of its own."""
    (folder / "test_suite.py").write_text(source)
    (folder / "pytest.ini").write_text("[pytest]\n")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "tests.skips",
            "-p",
            "no:randomly",
            "-p",
            "no:cacheprovider",
            str(folder),
        ],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "HOTLINE_REQUIRE_ALL": require_all, "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout


def test_skips_stay_skips_where_a_machine_may_lack_things(tmp_path: Path) -> None:
    code, output = run_suite(tmp_path, SUITE, require_all="")

    assert code == 0
    assert "1 passed, 3 skipped, 1 xfailed" in output


def test_skips_fail_where_everything_is_installed_but_for_the_optional_ones(tmp_path: Path) -> None:
    code, output = run_suite(tmp_path, SUITE, require_all="1")

    assert code == 1
    assert "1 failed, 1 passed, 1 skipped, 1 xfailed, 1 error" in output
    assert "no Chromium here" in output
    assert "no network namespaces" in output


@pytest.mark.parametrize(("require_all", "code"), [("", 5), ("1", 2)])
def test_a_module_that_skips_itself_fails_too(tmp_path: Path, require_all: str, code: int) -> None:
    found, output = run_suite(tmp_path, MODULE, require_all=require_all)

    assert found == code
    assert ("no PostgreSQL 15" in output) == (require_all == "1")
