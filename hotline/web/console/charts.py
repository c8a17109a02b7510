"""Charts in the browser: a picture, the same numbers in a table, and as CSV."""

import csv
import io
from dataclasses import dataclass
from datetime import date
from typing import Final

from babel.dates import format_date
from starlette.exceptions import HTTPException
from starlette.responses import Response

from hotline.catalogs import sentence
from hotline.channels.twilio.codes import sentence_of
from hotline.operations.charting import CHARTS, PERIODS, Chart, ChartName, chart
from hotline.web.console.alert_words import reason_of
from hotline.web.console.incident_words import STATES
from hotline.web.console.page import Page, PageContext
from hotline.web.console.routes import Routes

routes = Routes("charts")

TITLES: Final[dict[ChartName, str]] = {
    "arrivals": sentence("Texts and calls by hour"),
    "verification": sentence("Minutes from a report to a finding"),
    "outcomes": sentence("What incidents were found to be"),
    "deliveries": sentence("What became of alerts"),
    "false_alarms": sentence("Confirmed, and false alarms"),
}
HELP: Final[dict[ChartName, str]] = {
    "arrivals": sentence("When people text and call, and in which language: when somebody must be there."),
    "verification": sentence(
        "Half were faster than the median; one in ten took longer than the slowest tenth."
    ),
    "outcomes": sentence("By the day of the report, after the last finding."),
    "deliveries": sentence("Each recipient of each alert counts once, where it stands now."),
    "false_alarms": sentence("Nothing there or another agency, beside what was confirmed; and corrections."),
}
EMPTY: Final[dict[ChartName, str]] = {
    "arrivals": sentence("Nobody has texted or called in these days."),
    "verification": sentence("No incident was checked in these days."),
    "outcomes": sentence("No incident was checked in these days."),
    "deliveries": sentence("No alert went out in these days."),
    "false_alarms": sentence("No incident was checked in these days."),
}
# What codes of series and labels are called, and how each is drawn.
NAMES: Final[dict[str, str]] = {
    "sms.es": sentence("Texts in Spanish"),
    "sms.en": sentence("Texts in English"),
    "sms.none": sentence("Texts before a language"),
    "voice.es": sentence("Calls in Spanish"),
    "voice.en": sentence("Calls in English"),
    "voice.none": sentence("Calls before a language"),
    "median": sentence("Median, minutes"),
    "slowest_tenth": sentence("Slowest tenth, minutes"),
    **{str(state): words for state, words in STATES.items()},
    "false_alarm": sentence("False alarm"),
    "correction": sentence("Corrections sent"),
    "people": sentence("Recipients"),
    "pending": sentence("Not sent yet"),
    "held": sentence("Waits"),
    "sending": sentence("On its way to the carrier"),
    "unknown": sentence("Not known"),
    "accepted": sentence("Taken by the carrier"),
    "sent": sentence("Sent"),
    "delivered": sentence("Delivered"),
    "undelivered": sentence("Not delivered"),
    "failed": sentence("Failed"),
    "skipped": sentence("Left out"),
}
TONES: Final[dict[str, str]] = {
    "sms.es": "link",
    "sms.en": "good",
    "sms.none": "calm",
    "voice.es": "busy",
    "voice.en": "bad",
    "voice.none": "edge",
    "median": "link",
    "slowest_tenth": "busy",
    "confirmed": "good",
    "not_found": "bad",
    "other_agency": "busy",
    "unsure": "calm",
    "false_alarm": "bad",
    "correction": "busy",
    "people": "link",
}
# Drawn as bars that lie, one for each label: their labels are long.
LYING: Final[frozenset[ChartName]] = frozenset({"verification", "deliveries"})


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart with its words."""

    chart: Chart
    title: str
    help: str
    empty: str
    labels: tuple[str, ...]
    names: tuple[str, ...]
    tones: tuple[str, ...]
    is_lying: bool


@routes.get("/charts", needs="charts.see")
def show_charts(page: Page, days: int = 7) -> Response:
    period = days if days in PERIODS else PERIODS[0]
    drawn = [_drawn(page, _chart(page, name, period)) for name in CHARTS]
    return page.show("charts/show.html", charts=drawn, days=period, periods=PERIODS)


@routes.get("/charts/{name}.csv", needs="charts.see")
def download_chart(page: Page, name: str, days: int = 7) -> Response:
    found = next((one for one in CHARTS if one == name), None)
    if found is None or days not in PERIODS:
        raise HTTPException(404)
    drawn = _drawn(page, _chart(page, found, days))
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["", *drawn.names])
    for place, label in enumerate(drawn.labels):
        writer.writerow([label, *(f"{series.amounts[place]:g}" for series in drawn.chart.series)])
    headers = {"Content-Disposition": f'attachment; filename="{found}-{days}.csv"'}
    return Response("\ufeff" + text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _chart(page: PageContext, name: ChartName, days: int) -> Chart:
    made: Chart = page.desk.recent.get(
        f"chart:{name}:{days}", lambda: chart(page.line, name, days, page.now), page.now
    )
    return made


def _drawn(page: PageContext, found: Chart) -> Drawn:
    names = [series.name for series in found.series]
    return Drawn(
        found,
        page.say(TITLES[found.name]),
        page.say(HELP[found.name]),
        page.say(EMPTY[found.name]),
        tuple(_label(page, label) for label in found.labels),
        tuple(page.say(NAMES[name]) for name in names),
        tuple(TONES[name] for name in names),
        found.name in LYING,
    )


def _label(page: PageContext, label: str | date) -> str:
    if isinstance(label, date):
        return format_date(label, "d MMM", locale=page.language)
    status, _, why = label.partition(":")
    if not why:
        return page.say(NAMES[label]) if label in NAMES else label
    reason = page.say(sentence_of(int(why))) if why.isdecimal() else page.say(reason_of(why, None))
    return f"{page.say(NAMES[status])}: {reason}"
