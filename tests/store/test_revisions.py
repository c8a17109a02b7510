"""New tables come while the version before still serves: a revision may add, and takes nothing away."""

import ast
from pathlib import Path
from typing import Final

import pytest

from hotline.settings import ROOT

FOLDER: Final = ROOT / "hotline" / "store" / "migrations" / "versions"
FIRST: Final = "0006"  # nobody has run a version before it
# What the version before may still name or count on. An index may go: it changes no answer.
TAKES_AWAY: Final = frozenset(
    {"drop_column", "drop_table", "drop_constraint", "alter_column", "rename_table"}
)


def revisions() -> list[Path]:
    return sorted(file for file in FOLDER.glob("[0-9]*.py") if file.name >= FIRST)


def steps(source: str) -> list[ast.Call]:
    """Every call of `op` in `upgrade`."""
    upgrade = next(
        node
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef) and node.name == "upgrade"
    )
    calls = [node for node in ast.walk(upgrade) if isinstance(node, ast.Call)]
    return [call for call in calls if ast.unparse(call.func).startswith("op.")]


def faults_of(source: str) -> list[str]:
    """Steps that the version before does not live through."""
    found = []
    for call in steps(source):
        name = ast.unparse(call.func).removeprefix("op.")
        if name in TAKES_AWAY or (name == "add_column" and not _may_be_left_out(call.args[1])):
            found.append(ast.unparse(call))
    return found


def _may_be_left_out(column: ast.expr) -> bool:
    """May a row be written without it, as whoever does not know it writes one?"""
    assert isinstance(column, ast.Call)
    given = {keyword.arg: ast.unparse(keyword.value) for keyword in column.keywords}
    return given.get("nullable", "True") == "True" or "server_default" in given


@pytest.mark.parametrize("file", revisions(), ids=lambda file: file.stem)
def test_a_revision_only_adds(file: Path) -> None:
    assert faults_of(file.read_text(encoding="utf-8")) == []


def test_there_are_revisions_to_look_at() -> None:
    assert len(revisions()) > 3


@pytest.mark.parametrize(
    "step",
    [
        "op.drop_column('contact', 'seen_at')",
        "op.alter_column('contact', 'seen_at', nullable=False)",
        "op.rename_table('contact', 'person')",
        "op.add_column('contact', sa.Column('name', sa.String(), nullable=False))",
    ],
)
def test_what_takes_something_away_is_seen(step: str) -> None:
    assert faults_of(f"def upgrade() -> None:\n    {step}\n") == [step]


@pytest.mark.parametrize(
    "step",
    [
        "op.add_column('contact', sa.Column('name', sa.String(), nullable=True))",
        "op.add_column('contact', sa.Column('tries', sa.Integer(), server_default='0', nullable=False))",
        "op.drop_index('ix_contact_seen_at')",
    ],
)
def test_what_nobody_notices_may_be_done(step: str) -> None:
    assert faults_of(f"def upgrade() -> None:\n    {step}\n") == []
