"""Watch an alert go out: a bar that moves, then honest numbers by reason."""

import time
from typing import Final

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from hotline.cli.connected import add, table
from hotline.cli.console import out
from hotline.cli.words import number, say, when
from hotline.domain.delivery import STATUSES
from hotline.operations.line import Line
from hotline.operations.progress import Progress as Standing
from hotline.operations.progress import progress

LOOK_S: Final = 0.5
OVER: Final = frozenset({"done", "cancelled", "withdrawn"})


def watch(line: Line, code: str) -> Standing:
    """Show a bar until nothing waits any more, or Ctrl-C. Returns the last numbers."""
    found = progress(line, code, line.clock())
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[rate]}"),
    )
    with Progress(*columns, console=out) as bar:
        task = bar.add_task(code, total=None, rate="")
        try:
            while not is_over(found):
                _move(bar, task, found)
                time.sleep(LOOK_S)
                found = progress(line, code, line.clock())
            _move(bar, task, found)
        except KeyboardInterrupt:
            pass
    return found


def is_over(found: Standing) -> bool:
    """Is nothing on its way any more?"""
    return found.state in OVER or (found.is_written and found.total > 0 and not found.waiting)


def show(line: Line, found: Standing) -> None:
    """State, then one line for each status, then reasons."""
    reason = f" ({found.reason})" if found.reason else ""
    until = when(found.ends_at, line.hours.zone)
    sentence = say(
        "Alert {CODE}: {STATE}, until {UNTIL}.", CODE=found.code, STATE=say(found.state), UNTIL=until
    )
    out.print(sentence + reason, style="bold")
    if not found.tallies:
        return
    counts = table(say("status"), say("people"))
    for status in STATUSES:
        if found.count(status):
            add(counts, say(status), number(found.count(status)))
    add(counts, say("in all"), number(found.total), style="bold")
    out.print(counts)
    if found.reasons:
        reasons = table(say("status"), say("reason"), say("carrier's code"), say("people"))
        for tally in found.reasons:
            add(reasons, say(tally.status), tally.reason, tally.code, number(tally.count))
        out.print(reasons)


def _move(bar: Progress, task: TaskID, found: Standing) -> None:
    done = found.total - found.waiting
    speed = say("{RATE} a second", RATE=f"{found.rate:.1f}") if found.rate else ""
    left = say("{MINUTES} min left", MINUTES=round(found.minutes_left)) if found.minutes_left else ""
    rate = ", ".join(part for part in (speed, left) if part)
    bar.update(task, total=found.total or None, completed=done, rate=rate)
