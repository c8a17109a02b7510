"""`hotline check` and `hotline flows graph`: prove a flow, and draw it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from hotline.bootstrap import NothingRunning, open_line, own_values
from hotline.channels.twilio.measure import TwilioMeasure
from hotline.cli.console import out, sentences
from hotline.cli.words import say
from hotline.flow.clips import read_clips
from hotline.flow.fault import Fault
from hotline.flow.graph import mermaid
from hotline.flow.load import FlowFault, load_flow, sources_of
from hotline.flow.network import load_network
from hotline.operations.check import Subject, review_faults
from hotline.operations.check import check as check_flow
from hotline.operations.staff_words import NO_DISPATCHER
from hotline.settings import ROOT, environment, read_settings
from hotline.store import reviews
from hotline.store.database import DatabaseAway, transaction

flows = typer.Typer(help=say("Look at the flows."), no_args_is_help=True)

_SAMPLE_VALUES = {"ORG": "Red de Respuesta del Barrio", "VOICE_PHONE": "213-555-0100", "DAYS": "365"}

FlowsOption = Annotated[Path | None, typer.Option("--flows", help=say("folder of the flows"))]
NetworkOption = Annotated[Path | None, typer.Option("--network", help=say("values of one network"))]


@dataclass(frozen=True, slots=True)
class Place:
    """What to check: the configured flow, or with no HOTLINE_MODE the shipped one with made-up values."""

    flows: Path
    network: Path
    values: dict[str, str]


def check(
    flows: FlowsOption = None,
    network: NetworkOption = None,
    with_reviews: Annotated[
        bool, typer.Option("--reviews", help=say("also read the database for reviews that end"))
    ] = False,
) -> None:
    place = place_of_flow(flows, network)
    faults = [*_load_and_check(place), *(_due(place) if with_reviews else []), *_nobody()]
    if faults:
        out.print(_table(faults))
    grave = sum(fault.weight == "fault" for fault in faults)
    if grave:
        out.print(say("{COUNT} faults: mend them, then run `hotline check` again.", COUNT=grave), style="red")
        raise typer.Exit(1)
    out.print(
        say("No faults: every path, language and text was proved. Warnings: {COUNT}.", COUNT=len(faults))
    )


check.__doc__ = say("Prove every text, link and bound, in all languages.")


@flows.command(help=say("Print the flow as a Mermaid graph."))
def graph(flows: FlowsOption = None) -> None:
    with sentences():
        print(mermaid(load_flow(place_of_flow(flows, None).flows)))


def _load_and_check(place: Place) -> Sequence[Fault]:
    """Faults of a folder that does not load are shown like all others."""
    try:
        flow, network = load_flow(place.flows), load_network(place.network)
    except FlowFault as fault:
        return fault.faults or (Fault(place.flows.name, "", "", str(fault)),)
    clips = read_clips(place.flows, flow).keys()
    subject = Subject(
        flow, network, TwilioMeasure(), place.values, sources_of(place.flows), place.network.name, clips
    )
    return check_flow(subject)


def _due(place: Place) -> list[Fault]:
    with sentences(), open_line(read_settings(environment()), 1) as line:
        with transaction(line.database) as db:
            decisions = reviews.newest(db)
        return review_faults(line.flow, decisions, line.clock().date(), sources_of(place.flows))
    raise AssertionError


def _nobody() -> list[Fault]:
    """A real line without a dispatcher answers, and connects nobody; what is not running is not asked."""
    given = environment()
    if given.get("HOTLINE_MODE") != "production":
        return []
    try:
        with open_line(read_settings(given), 1) as line:
            is_somebody = bool(line.people().with_role("dispatcher"))
    except (NothingRunning, DatabaseAway):
        return []
    return [] if is_somebody else [Fault("hotline people", "", "", say(NO_DISPATCHER), "warning")]


def place_of_flow(flows: Path | None, network: Path | None) -> Place:
    given = environment()
    if given.get("HOTLINE_MODE"):
        with sentences():
            settings = read_settings(given)
            return Place(flows or settings.flows_dir, network or settings.network_file, own_values(settings))
    shipped = ROOT / "flows"
    return Place(flows or shipped, network or shipped / "network.demo.yaml", _SAMPLE_VALUES)


def _table(faults: Sequence[Fault]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in (say("file"), say("node or text"), say("language"), say("what is wrong")):
        table.add_column(heading, header_style="bold", overflow="fold")
    for fault in faults:
        style = "yellow" if fault.weight == "warning" else ""
        cells = (fault.file, fault.node, fault.language, fault.sentence)
        table.add_row(*(escape(cell) for cell in cells), style=style)
    return table
