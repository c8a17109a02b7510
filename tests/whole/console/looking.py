"""How a page is looked at: by axe, at its width, and by whoever has no mouse."""

import re
from dataclasses import dataclass, field
from typing import Any, Final

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, Route

RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WHOLE: Final = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
# Colours take axe longest, and are the same in every language.
SHAPES: Final = {**WHOLE, "rules": {"color-contrast": {"enabled": False}}}
# What the theme changes is colour alone.
COLOURS: Final = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"]}

# Day, month, year, hours, minutes, noon, and the calendar: each is a stop of its own.
STOPS_IN_A_DATE: Final = 6
DATE: Final = re.compile(r'type="(?:date|time|datetime-local)"')

# Everything that takes the keyboard, in the order of the page; of the round buttons of one question Tab
# reaches one. The page keeps a list of what got the focus and whether that can be seen.
REACHABLE: Final = """() => {
  const groups = new Set();
  window.reached = [];
  document.addEventListener("focusin", (event) => {
    const style = getComputedStyle(event.target);
    const shows = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
    window.reached.push([event.target.dataset.looked || "?", shows, event.target.outerHTML.slice(0, 100)]);
  });
  const found = [...document.querySelectorAll(
      "a[href], button, input, select, textarea, summary, [tabindex]")]
    .filter((one) => one.tabIndex >= 0 && !one.disabled && one.type !== "hidden" && one.checkVisibility())
    .filter((one) => {
      if (one.type !== "radio") return true;
      const is_first = !groups.has(one.name);
      groups.add(one.name);
      return is_first;
    });
  found.forEach((one, place) => { one.dataset.looked = String(place); });
  return found.map((one) => one.outerHTML.slice(0, 100));
}"""
MOUSE_ONLY: Final = """() => [...document.querySelectorAll(
  "a, button, input, select, textarea, [onclick], [role=button]")]
  .filter((one) => one.checkVisibility() && one.type !== "hidden" && !one.disabled)
  .filter((one) => !one.closest("[aria-hidden=true]"))  // the same stands beside it in words
  .filter((one) => one.tabIndex < 0 || (one.tagName === "A" && !one.href))
  .map((one) => one.outerHTML.slice(0, 100))"""
WIDE: Final = """() => [...document.querySelectorAll("body *")]
  .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && one.checkVisibility()
    && !one.closest(".table, .skip, svg, .map"))
  .slice(0, 3).map((one) => one.outerHTML.slice(0, 120))"""


@dataclass
class Complaints:
    """What a browser says is wrong with the pages it was on."""

    words: list[str] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.words.append(f"{page.url}: {error}"))
        page.on("console", lambda message: self._hear(page, message))

    def _hear(self, page: Page, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.words.append(f"{page.url}: {message.text}")


def violations(page: Page, options: dict[str, Any]) -> list[str]:
    """What axe finds: rule and first place of each."""
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(Axe().axe_script)
    found = page.evaluate("options => axe.run(document, options)", options)["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found]


def too_wide(page: Page) -> list[str]:
    """What makes the page scroll sideways."""
    width, shown = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    return [f"{width} px wide: {page.evaluate(WIDE)}"] if width > shown else []


def out_of_reach(page: Page) -> list[str]:
    """What Tab does not reach, or reaches without a sign; and a skip link that leads nowhere.

    Looked at twice before it is said: a busy machine may lose a key press, a page that is wrong stays wrong.
    """
    if not _out_of_reach(page):
        return []
    page.reload()
    return _out_of_reach(page)


def _out_of_reach(page: Page) -> list[str]:
    wanted: list[str] = page.evaluate(REACHABLE)
    page.evaluate("scrollTo(0, 0)")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    if page.evaluate("document.activeElement.id") != "main":
        return ["the skip link does not lead to the content"]
    page.evaluate("document.activeElement.blur(); getSelection().collapse(document.body, 0)")
    for _ in range(len(wanted) + 2 + STOPS_IN_A_DATE * len(DATE.findall("".join(wanted)))):
        page.keyboard.press("Tab")
    reached = page.evaluate("window.reached")
    places = {place for place, _, _ in reached}
    missed = [f"not reached: {one}" for place, one in enumerate(wanted) if str(place) not in places]
    unseen = [f"no visible focus: {html}" for place, shows, html in reached if place != "?" and not shows]
    return [*missed, *unseen, *(f"by mouse only: {one}" for one in page.evaluate(MOUSE_ONLY))]


def hold_still(page: Page) -> None:
    """What comes by itself replaces what is being looked at: for a while nothing does."""

    def quiet(route: Route) -> None:
        route.fulfill(content_type="text/event-stream", body=": quiet\n\n")

    page.route("**/live", quiet)
