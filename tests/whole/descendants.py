"""Every process below another, told from one that later got the same number by when it began."""

import os
from pathlib import Path


def descendants(pid: int) -> set[tuple[int, str]]:
    """Number and beginning of every process below this one."""
    children: dict[int, set[int]] = {}
    begun: dict[int, str] = {}
    for found in _all():
        parent, began = _told(found)
        children.setdefault(parent, set()).add(found)
        begun[found] = began
    below, waiting = set(), [pid]
    while waiting:
        waiting += (fresh := children.get(waiting.pop(), set()))
        below |= fresh
    return {(one, begun[one]) for one in below}


def still_there(processes: set[tuple[int, str]]) -> set[int]:
    """Those that have not ended."""
    return {pid for pid, began in processes if _told(pid)[1] == began}


def _all() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _told(pid: int) -> tuple[int, str]:
    """Parent and beginning (proc(5), fields 4 and 22); nothing for one that has ended."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return 0, ""
    fields = told.rpartition(")")[2].split()  # the name before it may hold anything
    return (0, "") if fields[0] == "Z" else (int(fields[1]), fields[19])
