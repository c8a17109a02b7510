"""The repository's own rules: no machine, registry or real person in it, no file too long."""

import re
import subprocess
from pathlib import Path

import pytest

from hotline.settings import VARIABLES

ROOT = Path(__file__).parents[1]
LONGEST_FILE = 340
LONGEST_TESTS = 700
LOCKS = ("requirements.lock", "requirements-dev.lock")

# Written in pieces, so that this file keeps its own rules.
MACHINE_PATH = re.compile(
    r"(?<![\w.~$})-])/(?:"
    + "|".join(("work", "root", "tmp", r"home/\w", "Users", "opt/wheels", "opt/pypi"))
    + r")/[\w.]"
)
REGISTRY_HOST = re.compile(
    "|".join(
        re.escape(".".join(parts))
        for parts in (
            ("pypi", "org"),
            ("pythonhosted", "org"),
            ("npmjs", "org"),
            ("npmjs", "com"),
            ("yarnpkg", "com"),
            ("deb", "debian", "org"),
            ("docker", "io"),
            ("gcr", "io"),
            ("ghcr", "io"),
            ("pkg", "dev"),
        )
    )
)
NORTH_AMERICAN_NUMBER = re.compile(
    r"(?<![\w.+-])(?:\+?1[ .-]?)?\(?([2-9]\d\d)\)?[ .-]([2-9]\d\d)[ .-](\d{4})(?![\w-])"
    r"|\+1([2-9]\d\d)([2-9]\d\d)(\d{4})(?!\d)"
)
OTHER_NUMBER = re.compile(r"(?<![\w+])\+(?!1)[2-9]\d{9,14}(?!\d)")
# The carrier's own: the number in its published signature example, and the word RESTRICTED as a caller id.
PUBLISHED = ("+1415" + "8675309", "+737" + "8742883")
TOLL_FREE = ("800", "833", "844", "855", "866", "877", "888")


def tracked_files() -> list[Path]:
    """Every file that git holds or would take, without what is ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode != 0:
        pytest.skip("this is no git repository, or git is not installed")
    return [path for name in listed.stdout.decode().split("\0") if name and (path := ROOT / name).is_file()]


def text_of(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def readable() -> list[tuple[str, str]]:
    """Name and text of each tracked text file; the licence and the locks are held to rules of their own."""
    apart = {ROOT / "LICENSE", *(ROOT / lock for lock in LOCKS)}
    texts = ((path, text_of(path)) for path in tracked_files() if path not in apart)
    return [(str(path.relative_to(ROOT)), text) for path, text in texts if text is not None]


def findings(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{name}:{number}: {match[0]}"
        for name, text in readable()
        for number, line in enumerate(text.splitlines(), 1)
        for match in pattern.finditer(line)
    ]


def could_be_a_persons(area: str, exchange: str) -> bool:
    """False for toll-free numbers and for the exchange 555, where no line is given to anybody."""
    return exchange != "555" and area not in TOLL_FREE


def real_numbers(text: str) -> list[str]:
    found = [
        match[0]
        for match in NORTH_AMERICAN_NUMBER.finditer(text)
        if could_be_a_persons(*[part for part in match.groups() if part][:2])
    ]
    return [number for number in found + OTHER_NUMBER.findall(text) if number not in PUBLISHED]


def test_no_path_of_a_machine_is_in_any_file() -> None:
    assert findings(MACHINE_PATH) == []


def test_no_package_registry_is_named_in_any_file() -> None:
    assert findings(REGISTRY_HOST) == []


def test_no_number_in_any_file_could_be_a_persons() -> None:
    found = [
        f"{name}:{number}: {match}"
        for name, text in readable()
        for number, line in enumerate(text.splitlines(), 1)
        for match in real_numbers(line)
    ]

    assert found == []


@pytest.mark.parametrize(
    ("text", "real"),
    [
        ("call +1213" + "2345678 now", True),
        ("call (213) " + "234-5678", True),
        ("call 213." + "234.5678", True),
        ("llame al +52" + "5512345678", True),
        ("+12135550123 and (213) 555-0199", False),
        ("+15005550006", False),
        ("1-800-" + "898-7180", False),
        ("2026-11-21 10:30, build 123-456-789", False),
    ],
)
def test_the_guard_tells_a_persons_number_from_a_pretend_one(text: str, real: bool) -> None:
    assert bool(real_numbers(text)) is real


@pytest.mark.parametrize(
    ("text", "bad"),
    [
        ("open(/" + "work/main)", True),
        ('"/' + 'tmp/x"', True),
        ("hotline/work/main.py", False),
        ("/tmp:mode=1777", False),
    ],
)
def test_the_guard_tells_a_path_of_a_machine(text: str, bad: bool) -> None:
    assert bool(MACHINE_PATH.search(text)) is bad


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_a_version_and_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    entries = [entry for entry in re.split(r"\n(?=[a-z0-9])", text.split("\n", 2)[2]) if entry.strip()]

    assert len(entries) > 30
    assert [entry.split()[0] for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []
    assert re.findall(r"https?://\S+|^--\S*index\S*", text, re.MULTILINE) == []


def test_both_locks_agree() -> None:
    first, second = (
        dict(re.findall(r"^([a-z0-9][\w.-]*(?:\[[\w,]+\])?)==(\S+)", (ROOT / lock).read_text(), re.MULTILINE))
        for lock in LOCKS
    )

    assert {name: version for name, version in first.items() if second.get(name) != version} == {}


def test_no_python_file_is_longer_than_one_can_hold_in_the_head() -> None:
    """Tests and measurements may be longer: they are read one story at a time. Revisions are history."""
    lengths = {name: text.count("\n") for name, text in readable() if name.endswith(".py")}
    long = {
        name: length
        for name, length in lengths.items()
        if length > (LONGEST_TESTS if name.startswith(("tests/", "benchmarks/")) else LONGEST_FILE)
    }

    assert [name for name in long if "migrations" not in name] == []


def test_the_example_of_the_environment_names_every_setting_and_no_other() -> None:
    named = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    only_for_containers = {"HOTLINE_DOMAIN", "HOTLINE_DATABASE_PASSWORD"}

    assert named - only_for_containers == {variable.name for variable in VARIABLES}


def test_every_make_command_of_the_readme_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:^|`|\$ )make ([a-z-]+)", (ROOT / "README.md").read_text(), re.MULTILINE))

    assert {"demo", "test"} <= named
    assert named - targets == set()
