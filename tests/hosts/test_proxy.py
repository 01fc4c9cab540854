"""Caddy as `deploy/Caddyfile` sets it up, on a host of its own, before the two web servers."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator

import pytest

from .conftest import DEPLOY, WITHIN_S, Drill, hosts
from .install import NAME, PORT, WEB, Install, wait_for

pytestmark = [pytest.mark.hosts, pytest.mark.timeout(240)]


@pytest.fixture
def install() -> Iterator[Install]:
    """Everything running, behind TLS."""
    with hosts(https=True) as made:
        made.start()
        yield made


def curl(install: Install, path: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Ask the proxy as a browser does that trusts its certificate."""
    at = install.network.address["broker"]
    return subprocess.run(
        install.network.at(
            "client",
            *("curl", "--silent", "--insecure", "--http2", "--resolve", f"{NAME}:443:{at}"),
            *options,
            f"https://{NAME}{path}",
        ),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def behind_caddy(quiet_drill: Drill) -> Drill:
    """The broker's host has the proxy as well."""
    if not shutil.which("caddy"):
        pytest.skip("needs caddy (apt install caddy)")
    install = quiet_drill.install
    servers = " ".join(f"{install.network.address[host]}:{PORT}" for host in WEB)
    install.run(
        *("broker", "caddy", "env", f"DRILL_HOST={NAME}", "DRILL_TLS=internal"),
        *(f"DRILL_WEB={servers}", f"HOME={install.home}", "caddy", "run"),
        *("--adapter", "caddyfile", "--config", DEPLOY / "Caddyfile"),
    )
    wait_for(lambda: curl(install, "/healthz").stdout == "ok", "the proxy")
    return quiet_drill


def test_pages_and_streams_come_through_whole(behind_caddy: Drill) -> None:
    install = behind_caddy.install
    head = curl(install, "/", "--head").stdout.lower()
    assert head.startswith("http/2 200")
    for header in ("strict-transport-security", "content-security-policy", "x-frame-options"):
        assert head.count(f"\n{header}:") == 1, head
    assert "\nserver:" not in head
    figures = curl(install, "/metrics", "--include").stdout
    assert figures.startswith("HTTP/2 404")
    assert "content-security-policy" not in figures.lower()  # the proxy's answer, not the product's

    page = curl(install, behind_caddy.board)
    given = dict(re.findall(r'data-(stream|token)="([^"]*)"', page.stdout))
    # A stream never ends: what curl has when its time is over was not kept back on the way.
    stream = curl(install, f"{given['stream']}?t={given['token']}&last=0-0", "--max-time", "8")
    assert stream.returncode == 28
    assert "event: beat" in stream.stdout

    too_much = install.home / "too-much"
    with too_much.open("wb") as file:
        os.truncate(file.fileno(), 120_000_000)
    sent = curl(install, "/code/", "--form", f"f=@{too_much}", "--write-out", "%{http_code}")
    assert sent.stdout.endswith("413"), sent


def test_one_server_that_stands_still_is_left_out(behind_caddy: Drill) -> None:
    install = behind_caddy.install

    def answers_at_once() -> bool:
        asked = [curl(install, "/healthz", "--max-time", "4") for _time in range(6)]
        return all(answer.stdout == "ok" for answer in asked)

    with install.network.cut(["broker"], ["web1"]):
        wait_for(answers_at_once, "the other server alone", WITHIN_S)
