"""Every page of the product, for the tests and pictures that go through all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

from .site import Site

Act = Callable[[Page], object]
CODE = "giua-chung"


@dataclass(frozen=True)
class Shown:
    """A page as one reader sees it: who, where, and what is opened on it.

    ``path`` may name an inject, unit or tasking by ``{inject:1.18}``, an inject of the draft by
    ``{written:1.18}``; ``act`` opens what is to be seen. Without ``who`` nobody is signed in.
    """

    name: str
    path: str
    who: str | None = None
    act: Act | None = None
    status: int = 200


def menu(label: str) -> Act:
    """Open one of the console's dialogs, wherever its opener is hidden."""

    def act(page: Page) -> None:
        page.evaluate("id => document.querySelector(`[data-dialog=${id}]`).click()", label)
        page.locator(f"#{label}").wait_for(state="visible")

    return act


def drawer(selector: str) -> Act:
    def act(page: Page) -> None:
        page.locator(selector).first.dispatch_event("click")
        page.locator("#drawer-in h2").first.wait_for(state="visible")

    return act


def menus_open(page: Page) -> None:
    page.evaluate("() => document.querySelectorAll('details').forEach(d => { d.open = true; })")


LEAD, DIRECTOR, EVALUATOR, ADMINISTRATOR = "gdmay", "tongdaodien", "danhgia1", "quantri"
PLANNER = "nguoisoan"
CONSOLE = "/x/{code}/console/"

PAGES = (
    Shown("landing", "/"),
    Shown("go", "/go/nothing/"),
    Shown("not-found", "/x/nothing-here/", DIRECTOR, status=404),
    Shown("forbidden", CONSOLE, LEAD, status=403),
    Shown("home", "/home/", "phodaodien"),
    Shown("console", CONSOLE, DIRECTOR),
    Shown("console-menus", CONSOLE, DIRECTOR, menus_open),
    Shown("console-inject", CONSOLE, DIRECTOR, drawer(".ev[data-st=work], .ev")),
    Shown("console-next", CONSOLE, DIRECTOR, drawer(".q .tt")),
    Shown("console-unit", CONSOLE, DIRECTOR, drawer(".unit[data-st=late], .unit")),
    Shown("console-jump", CONSOLE, DIRECTOR, drawer("#jump-open")),
    Shown("console-add", CONSOLE, DIRECTOR, drawer('[href$="/console/add/"]')),
    *(
        Shown(f"console-{name}", CONSOLE, DIRECTOR, menu(name))
        for name in ("override", "pace-other", "policy", "end", "keys", "real-world")
    ),
    Shown("console-health", CONSOLE, DIRECTOR, drawer("#health-open")),
    Shown("health-alone", CONSOLE + "health/", DIRECTOR),
    Shown("inject-alone", "/x/{code}/console/inject/{inject:1.08}/", DIRECTOR),
    Shown("inbox", "/x/{code}/inbox/", LEAD),
    Shown("inbox-menu", "/x/{code}/inbox/", LEAD, menus_open),
    Shown("tasking", "/x/{code}/inbox/{open:MAY}/", LEAD),
    Shown("unit-log", "/x/{code}/inbox/log/", LEAD),
    Shown("evaluate", "/x/{code}/evaluate/", EVALUATOR),
    Shown("rating", "/x/{code}/evaluate/{done:BGD}/", EVALUATOR),
    Shown("rating-unit", "/x/{code}/evaluate/unit/BGD/", EVALUATOR),
    Shown("evaluation", "/x/{code}/evaluation/", DIRECTOR),
    Shown("evaluation-unit", "/x/{code}/evaluation/BGD/", DIRECTOR),
    Shown("unit-evaluation", "/x/{code}/inbox/evaluation/", LEAD),
    Shown("board", "/x/{code}/board/", "daibieu"),
    Shown("public-board", "{board}"),
    Shown("journal", "/x/{code}/journal/?verify=1", DIRECTOR),
    Shown("report", "/x/{code}/report/", DIRECTOR),
    Shown("replay", "/x/{code}/replay/?at=200", DIRECTOR),
    Shown("replay-board", "/x/{code}/replay/?at=200&view=board", DIRECTOR),
    Shown("replay-not-yet", "/x/{code}/replay/", EVALUATOR),
    Shown("people", "/x/{code}/people/", DIRECTOR),
    Shown("improvement", "/x/{code}/improvement/", DIRECTOR),
    Shown("improvement-unit", "/x/{code}/improvement/", LEAD),
    Shown("improvements", "/improvement/", DIRECTOR),
    Shown("compare", "/x/{code}/compare/", DIRECTOR, menus_open),
    Shown("account", "/account/", DIRECTOR),
    Shown("account-factor", "/account/second-factor/", DIRECTOR, menus_open),
    Shown("accounts", "/accounts/", ADMINISTRATOR),
    Shown("accounts-one", "/accounts/1/", ADMINISTRATOR),
    Shown("sign-ins", "/accounts/sign-ins/", ADMINISTRATOR),
    Shown("scenarios", "/scenarios/", PLANNER),
    Shown("msel", "{draft}", PLANNER),
    Shown("msel-inject", "{draft}injects/{written:1.08}/", PLANNER),
    *(
        Shown(f"desk-{name}", f"{{draft}}{name}/", PLANNER)
        for name in (
            *("timeline", "checks", "head", "units", "people", "objectives", "phases"),
            *("versions", "compare", "history", "import", "export"),
        )
    ),
)


class Directory:
    """Fills in the addresses of one drill, and of a draft of its scenario."""

    def __init__(
        self, drill: dict[str, Any], ids: dict[str, dict[str, int]], draft: dict[str, Any]
    ) -> None:
        self.drill, self.ids, self.draft = drill, ids, draft

    @classmethod
    def of(cls, site: Site) -> Directory:
        """That of a site with a drill in mid-run."""
        draft = site.stage("draft", code="de-xem", planners=[PLANNER])
        return cls(site.mid_run, site.stage("ids", code=CODE), draft)

    def fill(self, text: str) -> str:
        """Put keys in place of names."""
        text = text.replace("{code}", self.drill["code"]).replace("{board}", self.drill["board"])
        text = text.replace("{draft}", self.draft["path"])
        for kind, words in list(_names(text)):
            text = text.replace(f"{{{kind}:{words}}}", str(self._key(kind, words)))
        return text

    def _key(self, kind: str, words: str) -> int:
        if kind == "inject":
            return self.ids["injects"][words]
        if kind == "written":
            return int(self.draft["injects"][words])
        among = self.ids["open"] if kind == "open" else self.ids["taskings"]
        own = [pk for name, pk in among.items() if name.endswith(f"/{words}")]
        if kind == "open" and own:
            return own[-1]
        own = [pk for name, pk in self.ids["taskings"].items() if name.endswith(f"/{words}")]
        return own[1] if kind == "done" else own[-1]


def _names(text: str) -> Iterator[tuple[str, str]]:
    for part in text.split("{")[1:]:
        kind, _mark, rest = part.partition(":")
        yield kind, rest.partition("}")[0]
