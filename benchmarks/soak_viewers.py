"""The people of a soak run: viewers on open streams, and one who opens page after page.

    python -m benchmarks.soak_viewers EXERCISE_ID VIEWERS

A process of its own, so that what it costs is not counted as the product's. Ends at SIGTERM with
JSON: streams opened and opened again, frames and bytes, and what was not answered with 200.
"""

from __future__ import annotations

import asyncio
import json
import re
import signal
import sys
from collections import Counter
from typing import Any
from urllib.parse import urlencode

import django

BREATH_S = 1.0
"""Between a reader's pages."""
_ID = re.compile(rb"^id: ?(\d+-\d+)", re.M)


class People:
    """Who watches one exercise."""

    def __init__(self, exercise_id: int, viewers: int) -> None:
        from django.conf import settings

        from exercise.models import Exercise, Participant

        self.host, self.port = "127.0.0.1", settings.PORT
        self.exercise = Exercise.objects.get(pk=exercise_id)
        people = Participant.objects.filter(exercise=exercise_id).select_related("user", "unit")
        self.people = list(people.order_by("pk"))
        self.viewers = viewers
        self.seen: Counter[str] = Counter()

    async def watch(self) -> dict[str, int]:
        """Watch until SIGTERM."""
        ended = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
        tasks = [asyncio.create_task(self.view(n)) for n in range(self.viewers)]
        tasks.append(asyncio.create_task(self.read_pages(self.addresses())))
        await ended.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return dict(sorted(self.seen.items()))

    def audience(self, n: int) -> tuple[str, dict[str, Any]]:
        """Whose stream a viewer has: one in five a member's of a unit, a few control's, else the
        board's.
        """
        members = [one for one in self.people if one.role in ("lead", "staff")]
        control = [one for one in self.people if one.role in ("director", "controller")]
        language = "en" if n % 4 == 0 else "vi"
        if n % 5 == 0 and members:
            one = members[n // 5 % len(members)]
            return f"unit-{one.unit.code}.{language}", {"participant_id": one.pk}
        if n % 50 == 1 and control:
            return f"control.{language}", {"participant_id": control[n // 50 % len(control)].pk}
        return f"board.{language}", {"secret": self.exercise.board_token}

    async def view(self, n: int) -> None:
        """Keep one stream open, as a browser does."""
        from exercise.live import tokens

        audience, rights = self.audience(n)
        last = ""
        await asyncio.sleep(n * 0.01)
        while True:
            query = {"t": tokens.issue(self.exercise.pk, audience, **rights), "last": last}
            try:
                last = await self.stream(f"/live/{self.exercise.pk}/?{urlencode(query)}", last)
            except OSError as error:
                self.seen[f"stream: {type(error).__name__}"] += 1
            await asyncio.sleep(1.0)

    async def stream(self, path: str, last: str) -> str:
        """Read one stream to its end; answers the last id it gave."""
        reader, writer = await asyncio.open_connection(self.host, self.port)
        try:
            writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
            status = await reader.readline()
            self.seen[f"streams answered {status[9:12].decode()}"] += 1
            # In large pieces: a viewer that reads line by line costs more than the server.
            while piece := await reader.read(1 << 18):
                self.seen["stream bytes"] += len(piece)
                self.seen["stream events"] += piece.count(b"\n\n")
                if found := _ID.findall(piece):
                    last = found[-1].decode()
        finally:
            writer.close()
        return last

    # ── pages ───────────────────────────────────────────────────────────────────────────────
    def addresses(self) -> list[tuple[str, str]]:
        """What a reader opens: address and cookie."""
        from django.urls import reverse

        code = self.exercise.code
        found = [(f"/board/{self.exercise.board_token}/", "")]
        pages = {
            "director": ("console", "console_live", "journal"),
            "lead": ("inbox", "inbox_live"),
            "evaluator": ("evaluate",),
        }
        for role, names in pages.items():
            one = next((one for one in self.people if one.role == role), None)
            if one is not None:
                cookie = signed_in(one.user)
                found += [(reverse(name, args=[code]), cookie) for name in names]
        return found

    async def read_pages(self, addresses: list[tuple[str, str]]) -> None:
        """Open one page after another."""
        while True:
            for path, cookie in addresses:
                try:
                    status = await asyncio.wait_for(self.get(path, cookie), 30)
                except (OSError, TimeoutError) as error:
                    status = type(error).__name__
                self.seen[f"pages answered {status}"] += 1
                await asyncio.sleep(BREATH_S)

    async def get(self, path: str, cookie: str) -> str:
        """Open one page; answers its status."""
        reader, writer = await asyncio.open_connection(self.host, self.port)
        try:
            writer.write(
                f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n"
                "Accept-Encoding: gzip\r\nConnection: close\r\n\r\n".encode()
            )
            answer = await reader.read()
        finally:
            writer.close()
        return answer[9:12].decode()


def signed_in(user: Any) -> str:
    """A session of this user's, as its cookie."""
    from django.conf import settings
    from django.contrib.auth import login
    from django.contrib.sessions.backends.db import SessionStore
    from django.http import HttpRequest

    request = HttpRequest()
    request.session = SessionStore()
    login(request, user, "django.contrib.auth.backends.ModelBackend")
    request.session.save()
    return f"{settings.SESSION_COOKIE_NAME}={request.session.session_key}"


def main() -> None:
    """Watch, and print what was seen."""
    django.setup()
    people = People(int(sys.argv[1]), int(sys.argv[2]))
    addresses = people.addresses()
    people.addresses = lambda: addresses  # type: ignore[method-assign]
    print(json.dumps(asyncio.run(people.watch())))


if __name__ == "__main__":
    main()
