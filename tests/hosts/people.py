"""A unit lead's browser, without the pictures: signs in, keeps the stream open, acknowledges.

    python -m tests.hosts.people ADDRESS SIGN_IN_TOKEN INBOX_PATH LOG_FILE

It does what app.js does: joins the stream where it was, loads the live part anew when told to or
when nothing has been heard for a while, and never loads the whole page a second time. What it saw
and what the server confirmed is written to the log, one JSON object a line.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from pathlib import Path
from typing import Any

import httpx

STALE_S, POLL_S, LONGEST_WAIT_S = 12.0, 3.0, 5.0
REQUEST_S = 15.0
NUMBER = re.compile(r'<span class="id">([\d.]+)</span>')
TO_ACKNOWLEDGE = re.compile(
    r'action="([^"]*/do/acknowledge/)".*?name="tasking_id" value="(\d+)"'
    r'.*?<span class="vh">([\d.]+)<',
    re.S,
)


class Lead:
    """One page that stays open."""

    def __init__(self, address: str, log: Path) -> None:
        self.http = httpx.AsyncClient(base_url=address, timeout=REQUEST_S, follow_redirects=True)
        self.log = log.open("a", buffering=1)
        self.seen: set[str] = set()
        self.pressed: set[str] = set()
        self.to_do: dict[str, tuple[str, str]] = {}
        self.news = asyncio.Event()
        self.fresh_s = 0.0
        self.open = False

    def tell(self, what: str, **facts: Any) -> None:
        self.log.write(json.dumps({"what": what, "at_s": time.time(), **facts}) + "\n")

    async def sign_in(self, token: str, inbox: str) -> None:
        page = await self.http.get(f"/go/{token}/")
        key = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[0]
        headers = {"Referer": str(page.url)}
        entered = await self.http.post(
            f"/go/{token}/", data={"csrfmiddlewaretoken": key}, headers=headers
        )
        assert entered.status_code == 200, entered.status_code
        page = await self.http.get(inbox)
        assert page.status_code == 200, page.status_code
        given = dict(re.findall(r'data-(stream|token|last|refresh)="([^"]*)"', page.text))
        self.stream, self.token = given["stream"], given["token"]
        self.last, self.refresh_path = given["last"], given["refresh"]
        self.apply(page.text)
        self.tell("signed in")

    def apply(self, html: str) -> None:
        """Note what is new in a piece of the page."""
        self.fresh_s = time.monotonic()
        for number in set(NUMBER.findall(html)) - self.seen:
            self.seen.add(number)
            self.tell("seen", number=number)
        for path, tasking, number in TO_ACKNOWLEDGE.findall(html):
            if number not in self.pressed:
                self.to_do[number] = (path, tasking)
        self.news.set()

    async def watch(self) -> None:
        """The stream, opened again whenever it ends or goes silent."""
        wait_s = 0.3
        while True:
            try:
                await self._read()
            except (httpx.HTTPError, TimeoutError) as error:
                self.tell("stream lost", why=type(error).__name__)
            self.open = False
            await asyncio.sleep(wait_s)
            wait_s = min(wait_s * 2, LONGEST_WAIT_S) if not self.open else 0.3

    async def _read(self) -> None:
        asked = self.http.stream(
            "GET",
            self.stream,
            params={"t": self.token, "last": self.last},
            timeout=httpx.Timeout(REQUEST_S, read=STALE_S),
        )
        async with asked as answer:
            if answer.status_code != 200:
                self.tell("stream refused", status=answer.status_code)
                return
            self.open = True
            event, data = "", []
            async for line in answer.aiter_lines():
                name, _colon, value = line.partition(": ")
                if name == "id":
                    self.last = value
                elif name == "event":
                    event = value
                elif name == "data":
                    data.append(value)
                elif not line and event:
                    if event == "frame":
                        self.apply("\n".join(data))
                    elif event == "beat":
                        self.fresh_s = time.monotonic()
                    elif event == "resync":
                        await self.refresh()
                    event, data = "", []

    async def poll(self) -> None:
        """While the stream is silent the live part is asked for, as the page does."""
        while True:
            await asyncio.sleep(POLL_S)
            silent = time.monotonic() - self.fresh_s > STALE_S
            if (silent or not self.open) and time.monotonic() - self.fresh_s > POLL_S - 0.5:
                try:
                    await self.refresh()
                except httpx.HTTPError as error:
                    self.tell("refresh failed", why=type(error).__name__)

    async def refresh(self) -> None:
        answer = await self.http.get(self.refresh_path, headers={"HX-Request": "true"})
        if answer.status_code != 200:
            self.tell("refresh failed", status=answer.status_code)
            return
        self.token = answer.headers.get("Live-Token") or self.token
        self.last = answer.headers.get("Live-Last", self.last)
        self.apply(answer.text)

    async def acknowledge(self) -> None:
        """Press the button of everything that has one."""
        async with asyncio.TaskGroup() as presses:
            while True:
                await self.news.wait()
                self.news.clear()
                for number, (path, tasking) in self.to_do.items():
                    presses.create_task(self._press(number, path, tasking))
                self.pressed |= set(self.to_do)
                self.to_do.clear()

    async def _press(self, number: str, path: str, tasking: str) -> None:
        """Again and again until the server says that it heard."""
        while True:
            began_s, status = time.monotonic(), 0
            try:
                answer = await self.http.post(
                    path,
                    data={"tasking_id": tasking},
                    headers={
                        "HX-Request": "true",
                        "X-CSRFToken": self.http.cookies["csrftoken"],
                        "Referer": str(self.http.base_url),
                    },
                )
                status = answer.status_code
            except httpx.HTTPError as error:
                self.tell("no answer", number=number, why=type(error).__name__)
            took_s = round(time.monotonic() - began_s, 2)
            # 409: an earlier press was heard whose answer did not come back.
            if status in (200, 409):
                self.tell("acknowledged", number=number, status=status, took_s=took_s)
                return
            self.tell("not acknowledged", number=number, status=status, took_s=took_s)
            await asyncio.sleep(1)


async def main(address: str, token: str, inbox: str, log: str) -> None:
    lead = Lead(address, Path(log))
    await lead.sign_in(token, inbox)
    await asyncio.gather(lead.watch(), lead.poll(), lead.acknowledge())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
