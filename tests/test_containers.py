"""compose.yaml, Dockerfile and Caddyfile are locked down: no secret in them, one public door."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("app", "worker", "migrate")
DOCKERFILE = (ROOT / "Dockerfile").read_text()


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_read_only_and_without_privileges(name: str) -> None:
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert not service.get("privileged")


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"migrate"}))
def test_every_service_that_stays_has_a_health_check(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"


def test_only_caddy_is_reached_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["caddy"]
    assert COMPOSE["networks"]["data"]["internal"] is True
    assert {name for name, service in SERVICES.items() if service["networks"] == ["data"]} == {
        "postgres",
        "redis",
        "migrate",
    }
    assert SERVICES["caddy"]["networks"] == ["edge"]


@pytest.mark.parametrize("name", ["app", "worker"])
def test_ours_start_after_the_migration_and_both_servers(name: str) -> None:
    assert SERVICES[name]["depends_on"] == {
        "migrate": {"condition": "service_completed_successfully"},
        "postgres": {"condition": "service_healthy"},
        "redis": {"condition": "service_healthy"},
    }


@pytest.mark.parametrize("name", OURS)
def test_the_key_comes_by_file_and_no_secret_is_written_down(name: str) -> None:
    settings = SERVICES[name]["environment"]

    assert settings["HOTLINE_SECRET_KEY_FILE"] == "/run/secrets/secret_key"
    assert SERVICES[name]["secrets"] == ["secret_key"]
    assert {key for key in settings if re.search("KEY|TOKEN|PASSWORD", key)} == {"HOTLINE_SECRET_KEY_FILE"}
    assert "${HOTLINE_DATABASE_PASSWORD:?" in settings["HOTLINE_DATABASE_URL"]


def test_every_volume_that_is_used_is_named() -> None:
    used = {
        mount.split(":")[0]
        for service in SERVICES.values()
        for mount in service.get("volumes", [])
        if not mount.startswith(".")
    }

    assert used == set(COMPOSE["volumes"])


def test_the_image_runs_as_nobody_special_and_takes_hashed_packages_only() -> None:
    last_user = re.findall(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE)[-1]

    assert last_user == "10001:10001"
    assert "--require-hashes" in DOCKERFILE
    assert re.search(r"^HEALTHCHECK .*\n.*/health/live", DOCKERFILE, re.MULTILINE)
    assert not re.search(r"^(?:ENV|ARG) .*(?:KEY|TOKEN|SECRET|PASSWORD)", DOCKERFILE, re.MULTILINE)


def test_nothing_enters_the_image_unless_it_is_named() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]

    assert rules[0] == "*"
    assert {rule.removeprefix("!") for rule in rules if rule.startswith("!")} == {
        "LICENSE",
        "README.md",
        "flows",
        "hotline",
        "locales",
        "pyproject.toml",
        "requirements.lock",
        "workers",
    }
    assert "**/.env*" in rules


def test_the_public_door_keeps_no_access_log_and_no_request_in_its_error_log() -> None:
    options, sites = re.split(r"^\}\n", (ROOT / "Caddyfile").read_text(), maxsplit=1, flags=re.MULTILINE)

    assert re.search(r"^\t+request delete$", options, re.MULTILINE)
    assert not re.search(r"^\t+log\b", sites, re.MULTILINE)
    assert re.search(r"^\t\tdynamic a app 8000 ", sites, re.MULTILINE)
