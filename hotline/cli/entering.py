"""`hotline report enter`: write down what somebody told us another way: by phone, on the street."""

from typing import Annotated

import typer

from hotline.cli.actor import By, permitted
from hotline.cli.choices import choose
from hotline.cli.codes import code_of
from hotline.cli.connected import connected
from hotline.cli.console import Refusal, out
from hotline.cli.incident_acts import refused_sentences
from hotline.cli.words import language, say
from hotline.domain.incident import REPORT_SOURCES
from hotline.operations.incident_refusals import INCIDENT_REFUSALS
from hotline.operations.incident_words import SEEN
from hotline.operations.incidents import enter


def enter_command(
    told: Annotated[str, typer.Option("--words", help=say("what they said; nobody's name"))] = "",
    place: Annotated[str, typer.Option(help=say("where, in their words"))] = "",
    seen: Annotated[str, typer.Option(help=", ".join(SEEN))] = "",
    activity: Annotated[str, typer.Option(help=say("what is going on there"))] = "",
    size: Annotated[str, typer.Option(help=say("how many people and vehicles"))] = "",
    uniform: Annotated[str, typer.Option(help=say("letters on clothes or vehicles"))] = "",
    source: Annotated[str, typer.Option(help=", ".join(REPORT_SOURCES))] = "staff",
    incident: Annotated[str, typer.Option(help=say("code of the incident that it belongs to"))] = "",
    urgent: Annotated[bool, typer.Option("--urgent", help=say("somebody is in danger now"))] = False,
    by: By = "",
) -> None:
    said = {"place": place, "activity": activity, "size": size, "uniform": uniform, "words": told}
    with connected() as line, refused_sentences(line):
        if not any(one.strip() for one in said.values()):
            raise Refusal(say(INCIDENT_REFUSALS["no_words"]))
        report, of = enter(
            line,
            permitted(line, by, "incidents.work"),
            {**said, "seen": choose(seen, SEEN) if seen else ""},
            line.clock(),
            source=choose(source, REPORT_SOURCES),
            language=language(),
            is_urgent=urgent,
            into=code_of(incident) if incident else None,
        )
        out.print(say("Report {CODE} is written down, in incident {INCIDENT}.", CODE=report, INCIDENT=of))
        out.print(say("Next: {COMMAND}", COMMAND=f"hotline incidents show {of}"))


enter_command.__doc__ = say("Write down a report that reached us another way.")
