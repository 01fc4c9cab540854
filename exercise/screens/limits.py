"""How often one account, or one address, may do what costs much or could be abused.

Counted in Redis over all web processes; in this process alone while Redis does not answer.
Generous: sixty phones may stand behind one address, and nothing may keep a drill from going on.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from exercise.screens.errors import too_many


class Rule(NamedTuple):
    """At most so many within so many seconds."""

    most: int
    within_s: int


BY_ACCOUNT = {
    "do": Rule(600, 60),
    "do:report": Rule(60, 60),
    "do:complete": Rule(60, 60),
    "do:call_real_world_stop": Rule(20, 60),
    "do:revoke_board_link": Rule(20, 60),
    "people_add": Rule(120, 60),
    "people_link": Rule(60, 60),
    "people_slips": Rule(20, 60),
    "journal_export": Rule(20, 60),
    "load_sample": Rule(10, 60),
    "new_run": Rule(10, 60),
    "attachment": Rule(300, 60),
    "account_password": Rule(30, 60),
    "account_second_factor": Rule(60, 60),
    "account_second_factor_change": Rule(30, 60),
    "sign_ins_export": Rule(20, 60),
    "scenario_new": Rule(30, 60),
    "scenario_import": Rule(60, 60),
    "import_fix": Rule(300, 60),
    "import_leftover": Rule(30, 60),
    "import_write": Rule(30, 60),
}
BY_ADDRESS = {"landing": Rule(300, 60), "code": Rule(300, 60), "go": Rule(300, 60)} | {
    "setup": Rule(30, 60),
    "language": Rule(300, 60),
    "second_step": Rule(300, 60),
    "second_step_enrol": Rule(300, 60),
}
"""Of people who are not signed in, when they send something; wrong tries are axes's matter."""
GUESSES = Rule(60, 600)
"""Board links that do not exist; who asks for one that does is never refused."""
SILENT_S = 10.0
"""For so long Redis is not asked again after it did not answer."""


class Limits:
    """Middleware; after authentication, for accounts are counted before addresses."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self._here: Counter[str] = Counter()
        self._ask_again_s = 0.0
        self._redis = Redis.from_url(
            settings.REDIS_URL,
            socket_timeout=0.1,
            socket_connect_timeout=0.1,
            retry=Retry(NoBackoff(), 0),
        )

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        found = request.resolver_match
        if found and response.status_code == 404 and str(found.url_name).startswith("board_public"):
            who = request.META.get("REMOTE_ADDR", "")
            return self._refusal(request, "guess", who, GUESSES) or response
        return response

    def process_view(
        self, request: Any, view: Any, args: Any, kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        name = str(request.resolver_match.url_name)
        names = [name, f"{name}:{kwargs.get('command')}"]
        if name in BY_ACCOUNT and request.user.is_authenticated:
            rules, who = BY_ACCOUNT, f"account {request.user.pk}"
        elif name in BY_ADDRESS and request.method == "POST":
            rules, who = BY_ADDRESS, request.META.get("REMOTE_ADDR", "")
        else:
            return None
        refusals = (self._refusal(request, n, who, rules[n]) for n in names if n in rules)
        return next((refusal for refusal in refusals if refusal), None)

    def _refusal(
        self, request: HttpRequest, name: str, who: str, rule: Rule
    ) -> HttpResponseBase | None:
        if not settings.RATE_LIMITS:
            return None
        window, passed_s = divmod(int(time.time()), rule.within_s)
        if self._count(f"limit:{name}:{who}:{window}", rule.within_s) <= rule.most:
            return None
        return too_many(request, rule.within_s - passed_s)

    def _count(self, key: str, within_s: int) -> int:
        if time.monotonic() >= self._ask_again_s:
            pipe: Any
            try:
                with self._redis.pipeline(transaction=False) as pipe:
                    count, _kept = pipe.incr(key).expire(key, within_s).execute()
                return int(count)
            except (RedisError, OSError):
                self._ask_again_s = time.monotonic() + SILENT_S
        if len(self._here) > 10_000:
            self._here.clear()
        self._here[key] += 1
        return self._here[key]
