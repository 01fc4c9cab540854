"""The files in `deploy/`: what they name exists, and what they set is what the product reads."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from exercise import settings
from exercise.supervisor import Site

BASE = Path(__file__).resolve().parents[1]
DEPLOY = BASE / "deploy"
UNITS = sorted(DEPLOY.glob("systemd/*.service"))
READ_BY_OTHERS = {
    "FORWARDED_ALLOW_IPS",  # uvicorn
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONUNBUFFERED",
    "PATH",
    "DRILL_HOST",  # Caddyfile
    "DRILL_TLS",
    "POSTGRES_DB",  # the database's image
    "POSTGRES_USER",
    "POSTGRES_PASSWORD",
    "POSTGRES_INITDB_ARGS",
}


def read_by_the_product() -> set[str]:
    code = (BASE / "exercise" / "settings.py").read_text()
    by_name = re.findall(r"""(?:environ(?:\.get)?[\[(]|\b_\w+\()\s*["']([A-Z][A-Z_]+)["']""", code)
    assert "dj_database_url.config(" in code
    return {*by_name, "DATABASE_URL"}


def unit(path: Path) -> dict[str, list[str]]:
    """A unit's settings; one that stands several times has several values."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r"^(\w+)=(.*)$", path.read_text(), re.M):
        found.setdefault(name, []).append(value)
    return found


def compose() -> dict[str, Any]:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def env_names(text: str) -> set[str]:
    return set(re.findall(r"^#?([A-Z][A-Z_]+)=", text, re.M))


def test_every_variable_is_one_that_the_settings_read() -> None:
    named: set[str] = set()
    for path in [*DEPLOY.glob("**/*.env.example"), DEPLOY / ".env.example"]:
        named |= env_names(path.read_text())
    for path in UNITS:
        for line in unit(path).get("Environment", []):
            named |= set(re.findall(r"(\w+)=", line))
    for service in compose()["services"].values():
        named |= set(service.get("environment", {}))
    image = (DEPLOY / "Dockerfile").read_text()
    named |= set(re.findall(r"(?:ENV|^   ) (\w+)=", image, re.M))
    assert {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "EXERCISE_VAR", "LISTEN"} <= named
    assert named - READ_BY_OTHERS <= read_by_the_product()


def test_every_variable_of_the_settings_is_in_the_operations_guide() -> None:
    guide = (BASE / "docs" / "operations.md").read_text()
    missing = {name for name in read_by_the_product() if f"`{name}`" not in guide}
    assert not missing
    assert settings.__doc__
    assert not {name for name in read_by_the_product() if name not in settings.__doc__}


@pytest.mark.parametrize(
    ("query", "options"),
    [("", "-c tcp_keepalives_idle=3"), ("?options=", ""), ("?options=-c%20a%3D1", "-c a=1")],
)
def test_an_address_says_that_its_pool_takes_no_options(
    tmp_path: Path, query: str, options: str
) -> None:
    """As the operations guide tells who has PgBouncer in between."""
    code = "from exercise.settings import DATABASES as d; print(d['default']['OPTIONS'])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ
        | {"DATABASE_URL": f"postgres://a@b/c{query}", "EXERCISE_VAR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    given = ast.literal_eval(done.stdout)
    assert given.get("options", "").startswith(options)
    assert ("options" in given) == bool(options)
    assert given["connect_timeout"] == 3


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_runs_a_command_there_is_hardened_and_restarted(path: Path) -> None:
    found = unit(path)
    for line in [*found["ExecStart"], *found.get("ExecStartPre", [])]:
        assert_is_command(line.split("manage.py ")[1].split())
    assert found["User"] == ["exercise"]
    assert found["Restart"] == ["always"]
    assert found["NoNewPrivileges"] == ["yes"]
    assert found["ProtectSystem"] == ["strict"]
    assert found["StateDirectory"] == ["staged-exercise"]
    assert int(found["LimitNOFILE"][0]) >= 65_536
    assert 0 < int(found["TimeoutStopSec"][0]) <= 60
    (var,) = re.findall(r"EXERCISE_VAR=(\S+)", " ".join(found["Environment"]))
    assert var == f"/var/lib/{found['StateDirectory'][0]}"


def assert_is_command(words: list[str]) -> None:
    assert (BASE / f"exercise/management/commands/{words[0]}.py").is_file()
    if words[0] == "process":
        assert Site(BASE, BASE, "", 0, "", own_broker=False).child(words[1]).argv


def test_compose_runs_commands_there_are_twice_each() -> None:
    services = compose()["services"]
    own = {name: one for name, one in services.items() if one["image"] == "staged-exercise"}
    for service in own.values():
        assert_is_command(service["command"])
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
    assert own["chores1"]["command"] == ["process", "chores"]
    for name in ("web", "worker", "beat"):
        assert [n for n in own if n.rstrip("12") == name] == [f"{name}1", f"{name}2"]
        assert own[f"{name}1"]["depends_on"]["prepare"]
    assert re.search(r"^USER exercise$", (DEPLOY / "Dockerfile").read_text(), re.M)


def test_compose_publishes_nothing_but_the_proxy_and_names_what_it_uses() -> None:
    whole = compose()
    published = {name for name, one in whole["services"].items() if "ports" in one}
    assert published == {"proxy"}
    for service in whole["services"].values():
        assert set(service["networks"]) <= set(whole["networks"])
        assert set(service.get("depends_on", ())) <= set(whole["services"])
        named = {one.split(":")[0] for one in service.get("volumes", ()) if one[0] not in "./"}
        assert named <= set(whole["volumes"])
    assert whole["networks"]["inside"]["internal"]


def test_what_compose_asks_of_its_environment_is_in_the_example() -> None:
    asked = set(re.findall(r"\$\{(\w+)", (DEPLOY / "compose.yaml").read_text()))
    assert asked == env_names((DEPLOY / ".env.example").read_text())
    assert "deploy/.env" in (BASE / ".gitignore").read_text()


def test_compose_passes_on_whatever_an_operator_may_want_to_set() -> None:
    given = set(compose()["services"]["web1"]["environment"])
    image = set(re.findall(r"(?:ENV|^   ) (\w+)=", (DEPLOY / "Dockerfile").read_text(), re.M))
    for_developers, of_no_use_behind_caddy = {"DEBUG", "RATE_LIMITS"}, {"CSRF_TRUSTED_ORIGINS"}
    kept_back = {*for_developers, *of_no_use_behind_caddy, "PORT"}
    assert read_by_the_product() - given - image == kept_back


def test_the_settings_understand_what_compose_passes_on_where_nothing_is_filled_in(
    tmp_path: Path,
) -> None:
    written = compose()["services"]["web1"]["environment"]
    given = {
        name: re.sub(r"\$\{\w+(?::-(.*?)|:\?.*?)\}", r"\1", str(value))
        for name, value in written.items()
    }
    assert not [value for value in given.values() if "$" in value]
    given |= {
        "EXERCISE_VAR": str(tmp_path),
        "SECRET_KEY": "x" * 50,
        "ALLOWED_HOSTS": "drill.example",
    }
    assert settings_of(
        given, "SECOND_FACTOR", "SIGN_IN_LOG_DAYS", "SECURE_HSTS_SECONDS", "SENTRY_ENVIRONMENT"
    ) == ["required", 180, 86_400, "production"]


def settings_of(environment: dict[str, str], *names: str) -> list[Any]:
    """What the settings are in a process with this environment and no other."""
    code = f"from exercise import settings as s; print([getattr(s, n) for n in {names}])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PATH": os.environ["PATH"], **environment},
        cwd=BASE,
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[Any] = ast.literal_eval(done.stdout)
    return found


def test_a_deployment_demands_the_second_factor_and_a_laptop_offers_it(tmp_path: Path) -> None:
    assert compose()["services"]["web1"]["environment"]["SECOND_FACTOR"].endswith(":-required}")
    for example in (DEPLOY / ".env.example", DEPLOY / "systemd" / "staged-exercise.env.example"):
        assert re.search(r"^SECOND_FACTOR=required$", example.read_text(), re.M), example
    assert settings_of({"EXERCISE_VAR": str(tmp_path)}, "SECOND_FACTOR") == ["offered"]


@pytest.mark.parametrize("guide", ["docs/operations.md", "deploy/compose.yaml"])
def test_the_guide_calls_compose_with_its_file_and_with_commands_there_are(guide: str) -> None:
    text = (BASE / guide).read_text()
    calls = re.findall(r"docker compose (\S+ \S+)", text)
    assert calls
    assert set(calls) <= {
        "--file deploy/compose.yaml",
        "--file deploy/compose.yaml`:",
        '--file deploy/compose.yaml"',
    }
    services = set(compose()["services"])
    for line in re.findall(r"^ +drill (.*)$", text, re.M):
        assert services & set(line.split()) or line.startswith("up "), line
        for words in re.findall(r"(?:manage\.py|-T web1) (?!python)([a-z]\w+)", line):
            assert_is_command([words])


def test_the_image_holds_what_runs_and_its_context_no_more() -> None:
    copied = re.findall(r"^COPY (\S+) \S+$", (DEPLOY / "Dockerfile").read_text(), re.M)
    for name in copied:
        assert (BASE / name).exists(), name
    let_in = re.findall(r"^!(\S+)$", (BASE / ".dockerignore").read_text(), re.M)
    assert sorted(let_in) == sorted(copied)


def test_caddy_adds_no_header_of_the_products_and_takes_as_much_as_a_request_may_have() -> None:
    text = (DEPLOY / "Caddyfile").read_text()
    assert not re.search(r"(?i)strict-transport|content-security|x-frame|x-content-type", text)
    assert "encode" not in re.findall(r"^\s*(\w+)", text, re.M)
    (most,) = re.findall(r"max_size (\d+)MB", text)
    assert int(most) * 1_000_000 >= settings.REQUEST_LIMIT_BYTES


@pytest.mark.hosts
@pytest.mark.parametrize("tls", ["internal", "admin@drill.example"])
def test_caddy_understands_its_file(tls: str) -> None:
    caddy = shutil.which("caddy")
    if not caddy:
        pytest.skip("needs caddy (apt install caddy)")
    done = subprocess.run(
        [caddy, "validate", "--adapter", "caddyfile", "--config", str(DEPLOY / "Caddyfile")],
        env={"DRILL_HOST": "drill.example", "DRILL_TLS": tls, "HOME": "/nonexistent"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.hosts
def test_systemd_understands_the_units(tmp_path: Path) -> None:
    systemd = shutil.which("systemd-analyze")
    if not systemd:
        pytest.skip("needs systemd-analyze (apt install systemd)")
    python = tmp_path / "python"
    python.write_text("")
    python.chmod(0o755)
    places = []
    for path in [*UNITS, *DEPLOY.glob("systemd/*.target")]:
        place = tmp_path / path.name
        place.write_text(
            path.read_text().replace("/opt/staged-exercise/.venv/bin/python", str(python))
        )
        places.append(str(place))
    done = subprocess.run(
        [systemd, "verify", "--man=no", "--recursive-errors=no", *places],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "staged-exercise" not in done.stderr, done.stderr
