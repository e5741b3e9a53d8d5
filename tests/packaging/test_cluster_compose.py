"""compose.cluster.yaml: every file, variable, address and name in it is what it says."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.settings import Settings
from tools.cluster import front, postgres
from tools.nginx import nginx_program
from tools.postgresql import PostgreSQL
from tools.running import free_port

HOME = Path(__file__).parents[2]
TEXT = (HOME / "compose.cluster.yaml").read_text()
FILE: dict[str, Any] = yaml.safe_load(TEXT)
PARTS: dict[str, dict[str, Any]] = FILE["services"]
SERVICES = ("service-1", "service-2")
DATABASES = ("primary", "replica")
NGINX = PARTS["nginx"]
# Those of the images' own scripts, and of libpq.
KNOWN = {"POSTGRES_USER", "POSTGRES_PASSWORD", "PGDATA", "PGHOST", "PGPASSWORD"}


def script(name: str) -> str:
    return (HOME / "tools/cluster" / name).read_text()


def variables_of(text: str) -> set[str]:
    return set(re.findall(r"\$\{?([A-Z][A-Z0-9_]+)", text))


def bound(part: dict[str, Any]) -> dict[str, str]:
    """Files that are mounted: here -> there."""
    mounts = [mount.split(":") for mount in part.get("volumes", ())]
    return {here: there for here, there, *_ in mounts if here.startswith(".")}


def test_every_file_that_is_mounted_is_there_and_cannot_be_written_to() -> None:
    mounted = {here for part in PARTS.values() for here in bound(part)}
    assert {Path(here).name for here in mounted} == {
        "primary.sh", "replica.sh", "routeshift.conf.template",
    }  # fmt: skip
    for part in PARTS.values():
        assert all(":ro" in mount for mount in part.get("volumes", ()) if mount.startswith("."))
    for here in mounted:
        assert (HOME / here).is_file(), here


def test_scripts_can_be_run_and_are_read_by_a_shell() -> None:
    for name in ("primary.sh", "replica.sh"):
        path = HOME / "tools/cluster" / name
        # The image sources what it cannot run, and `set -u` would then be its own.
        assert path.stat().st_mode & 0o111
        subprocess.run(["sh", "-n", path], check=True)


@pytest.mark.parametrize("part", PARTS)
def test_every_part_runs_read_only_and_without_privileges(part: str) -> None:
    assert PARTS[part]["read_only"] is True
    assert PARTS[part]["cap_drop"] == ["ALL"]
    assert PARTS[part]["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("part", PARTS)
def test_every_image_has_a_version_and_every_name_is_declared(part: str) -> None:
    said = PARTS[part]
    assert re.fullmatch(r"[\w/-]+:\d[\w.]*\.\d[\w.]*|postgis/postgis:\d+-\d+\.\d+", said["image"])
    assert set(said.get("depends_on", {})) <= PARTS.keys()
    assert set(said["networks"]) <= FILE["networks"].keys()
    volumes = {mount.split(":")[0] for mount in said.get("volumes", ()) if mount[0] not in "./"}
    assert volumes <= FILE["volumes"].keys()
    assert part == "publish" or said["healthcheck"]["test"][0] == "CMD"


def test_nothing_but_nginx_is_reached_from_outside_and_it_only_from_this_machine() -> None:
    assert [part for part, said in PARTS.items() if "ports" in said] == ["nginx"]
    assert all(port.startswith("127.0.0.1:") for port in NGINX["ports"])
    assert FILE["networks"]["inside"]["internal"] is True
    assert all(list(said["networks"]) == ["inside"] for part, said in PARTS.items()
               if part != "nginx")  # fmt: skip


def test_passwords_are_asked_for_and_described_and_none_is_in_the_file() -> None:
    passwords = variables_of(TEXT)
    assert len(passwords) == 4
    assert all(name.endswith("_PASSWORD") for name in passwords)
    for part in PARTS.values():
        for name, value in part.get("environment", {}).items():
            if "PASSWORD" in name:
                assert re.fullmatch(r"\$\{\w+:\?[^}]+\}", value), name
    described = (HOME / "docs/operations.md").read_text()
    assert all(f"{name}=" in described for name in passwords)
    assert "/.env" in (HOME / ".gitignore").read_text().splitlines()


def test_settings_are_those_of_the_service_and_tell_of_nginx_itself() -> None:
    names = {name for part in PARTS.values() for name in part.get("environment", {})
             if name.startswith("ROUTESHIFT_")}  # fmt: skip
    assert {name.removeprefix("ROUTESHIFT_").lower() for name in names} <= {*Settings.model_fields}
    address = NGINX["networks"]["inside"]["ipv4_address"]
    for service in SERVICES:
        assert PARTS[service]["environment"]["ROUTESHIFT_TRUSTED_PROXIES"] == f'["{address}/32"]'


def test_stores_are_reached_by_the_names_and_roles_that_there_are() -> None:
    roles = set(re.findall(r"CREATE ROLE (\w+)", script("primary.sh")))
    for part in ("publish", *SERVICES):
        store = PARTS[part]["environment"]["ROUTESHIFT_STORE"]
        found = re.fullmatch(r"postgresql://(\w+)@([\w,]+)/(\w+)(\?.+)?", store)
        assert found is not None
        role, hosts, database, _ = found.groups()
        assert role in roles
        assert set(hosts.split(",")) <= set(DATABASES)
        assert f"CREATE DATABASE {database} " in script("primary.sh")
        # The password that it is given is that of its role.
        assert f"{role.upper()}_PASSWORD" in PARTS[part]["environment"]["PGPASSWORD"]


def test_services_prefer_the_replica_as_they_do_in_the_demo() -> None:
    databases = postgres.Databases(*(PostgreSQL(Path(), port) for port in (5432, 5433)))
    wanted = databases.reader.replace("127.0.0.1:5433", "replica")
    assert PARTS["service-1"]["environment"]["ROUTESHIFT_STORE"] == wanted.replace(
        "127.0.0.1:5432", "primary"
    )


def test_scripts_are_given_every_variable_that_they_use() -> None:
    for part, name in (("primary", "primary.sh"), ("replica", "replica.sh")):
        # PGDATA is the image's own for the primary.
        given = {*PARTS[part]["environment"], "PGDATA"}
        assert variables_of(script(name)) <= given
        assert given <= variables_of(script("primary.sh")) | KNOWN


def test_the_template_is_given_every_variable_and_finds_the_services() -> None:
    given = NGINX["environment"]
    assert set(re.findall(r"\$\{(\w+)\}", front.TEMPLATE.read_text())) == set(given)
    for number, service in enumerate(SERVICES, start=1):
        address = PARTS[service]["networks"]["inside"]["ipv4_address"]
        assert given[f"SERVICE_{number}"] == f"{address}:8000"
    assert given["CACHE"].startswith(NGINX["volumes"][0].split(":")[1] + "/")
    assert NGINX["ports"] == [f"127.0.0.1:8000:{given['LISTEN']}"]


def test_nginx_takes_the_configuration_of_the_containers(tmp_path: Path) -> None:
    # Its cache and its port are the image's: here it has others.
    values = NGINX["environment"] | {"CACHE": str(tmp_path / "cache"), "LISTEN": str(free_port())}
    path = front.configure(tmp_path, values)
    said = subprocess.run(
        [nginx_program(), "-t", "-q", "-p", tmp_path, "-c", path],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (said.returncode, said.stdout, said.stderr) == (0, "", "")


def test_the_demo_gives_the_primary_the_settings_that_the_container_has() -> None:
    words = PARTS["primary"]["command"][1:]
    given = {word.replace("=", " = ") for word in words if word != "-c"}
    assert given == set(postgres.SETTINGS)


def test_the_image_has_what_reaches_a_database() -> None:
    assert re.search(r"^psycopg==", (HOME / "requirements/serve.txt").read_text(), re.MULTILINE)
