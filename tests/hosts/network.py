"""Hosts of a test: network namespaces around a router, whose roads can be cut pair by pair.

Each host has a network of its own with one other machine in it, the router. A cut is a rule of the
router's: what goes from one host to the other is thrown away in silence (no answer, no RST, as when
a cable or a switch fails) or answered with "unreachable" (as a firewall does). Needs root and `ip`.
"""

from __future__ import annotations

import os
import secrets
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

PREFIX = "drill-"
SILENT, REFUSED = "blackhole", "unreachable"


def run(*words: object) -> str:
    done = subprocess.run([*map(str, words)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{words}: {done.stderr}"
    return done.stdout


class Network:
    """Namespaces named after this process, so that a later run knows whose they were."""

    def __init__(self, hosts: Sequence[str]) -> None:
        self._name = f"{PREFIX}{os.getpid()}-{secrets.token_hex(2)}"
        self.hosts = tuple(hosts)
        self.address = {host: f"10.77.{at}.2" for at, host in enumerate(hosts, start=1)}

    def build(self) -> None:
        run("ip", "netns", "add", self._space("router"))
        self._inside("router", "sysctl", "-qw", "net.ipv4.ip_forward=1")
        for at, host in enumerate(self.hosts, start=1):
            run("ip", "netns", "add", self._space(host))
            run(
                *("ip", "link", "add", "eth0", "netns", self._space(host), "type", "veth"),
                *("peer", "name", f"to{at}", "netns", self._space("router")),
            )
            self._inside(host, "ip", "address", "add", f"{self.address[host]}/24", "dev", "eth0")
            self._inside("router", "ip", "address", "add", f"10.77.{at}.1/24", "dev", f"to{at}")
            self._inside(host, "ip", "link", "set", "lo", "up")
            self._inside(host, "ip", "link", "set", "eth0", "up")
            self._inside("router", "ip", "link", "set", f"to{at}", "up")
            self._inside(host, "ip", "route", "add", "default", "via", f"10.77.{at}.1")

    def at(self, host: str, *words: object) -> list[str]:
        """A command line that runs on a host and dies with the test, however that ends."""
        enter = ("ip", "netns", "exec", self._space(host), "setpriv", "--pdeathsig", "KILL", "--")
        return [*enter, *map(str, words)]

    @contextmanager
    def cut(
        self,
        ones: Sequence[str],
        others: Sequence[str],
        how: str = SILENT,
        *,
        one_way: bool = False,
    ) -> Iterator[None]:
        """No packet passes between these and those while the block lasts, or none from these."""
        ways = [(one, other) for one in ones for other in others]
        if not one_way:
            ways += [(other, one) for one, other in ways]
        rules = [("from", self.address[a], "to", self.address[b], how) for a, b in ways]
        try:
            for rule in rules:
                self._inside("router", "ip", "rule", "add", *rule)
            yield
        finally:
            for rule in rules:
                self._inside("router", "ip", "rule", "del", *rule)

    def remove(self) -> None:
        _remove(self._name)

    def _space(self, host: str) -> str:
        return f"{self._name}-{host}"

    def _inside(self, host: str, *words: object) -> str:
        return run("ip", "netns", "exec", self._space(host), *words)


def remove_orphans() -> None:
    """Take away the namespaces of runs that were killed: their process is no more."""
    for space in _spaces():
        pid = space.removeprefix(PREFIX).split("-")[0]
        if not Path("/proc", pid).exists():
            _remove(space)


def _spaces() -> list[str]:
    here = Path("/run/netns")
    return [place.name for place in here.glob(f"{PREFIX}*")] if here.is_dir() else []


def _remove(name: str) -> None:
    for space in [space for space in _spaces() if space.startswith(name)]:
        for pid in run("ip", "netns", "pids", space).split():
            try:
                os.kill(int(pid), 9)
            except ProcessLookupError:
                pass
        run("ip", "netns", "delete", space)
