"""Behind a proxy, under a path prefix: every address that a page names leads somewhere."""

from __future__ import annotations

import html
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tools.running import free_port, running


@pytest.fixture(scope="module")
def client(store: Path) -> Iterator[httpx.Client]:
    port = free_port()
    command = [sys.executable, "-m", "service.cli", "serve", "--port", str(port),
               "--store", str(store)]  # fmt: skip
    environment = {**os.environ, "ROUTESHIFT_ROOT_PATH": "/atlas"}
    with running(command, port, environment=environment):
        address, host = f"http://127.0.0.1:{port}", {"Host": "news.example"}
        with httpx.Client(base_url=address, headers=host, timeout=20) as client:
            yield client


@pytest.mark.parametrize("sent", ["/atlas", ""], ids=["prefix left on", "prefix taken off"])
@pytest.mark.parametrize("page", ["/", "/map", "/embed", "/editions/1/map", "/collections/routes"])
def test_every_address_of_a_page_stands_under_the_prefix(
    client: httpx.Client, sent: str, page: str
) -> None:
    answer = client.get(f"{sent}{page}", headers={"Accept": "text/html"})
    assert answer.status_code == 200
    written = re.findall(r'(?:href|src)="(?:http://news\.example)?(/[^"#]*)', answer.text)
    addresses = [html.unescape(address) for address in written]
    assert len(addresses) > 5
    for address in set(addresses):
        assert address.startswith("/atlas/"), address
        found = client.get(address if sent else address.removeprefix("/atlas"))
        assert found.status_code == 200, address


@pytest.mark.parametrize("sent", ["/atlas", ""], ids=["prefix left on", "prefix taken off"])
def test_links_for_programs_stand_under_the_prefix(client: httpx.Client, sent: str) -> None:
    page = client.get(f"{sent}/collections/statistics/items?limit=5").json()
    for link in page["links"]:
        assert link["href"].startswith("http://news.example/atlas/collections/statistics")


def links(client: httpx.Client, **headers: str) -> set[str]:
    named = {f"X-Forwarded-{name}": value for name, value in headers.items()}
    page = client.get("/collections", headers=named).json()
    return {link["href"] for one in page["collections"] for link in one["links"]}


def test_links_name_what_a_trusted_proxy_says(client: httpx.Client) -> None:
    said = {"Proto": "https", "Host": "maps.example:8443", "Prefix": "/balkans"}
    named = [link for link in links(client, **said) if "spdx" not in link]
    assert named
    assert all(link.startswith("https://maps.example:8443/balkans/") for link in named)


def test_of_several_proxies_the_outermost_is_believed(client: httpx.Client) -> None:
    said = {"Proto": "https, http", "Host": "maps.example, inner.example"}
    assert "https://maps.example/atlas/collections/routes" in links(client, **said)


@pytest.mark.parametrize(
    "said",
    [
        {"Proto": "javascript"},
        {"Host": "maps.example/x"},
        {"Host": '"><script>'},
        {"Prefix": "//evil.example"},
        {"Prefix": "/a b"},
    ],
)
def test_what_is_not_well_formed_is_not_believed(
    client: httpx.Client, said: dict[str, str]
) -> None:
    assert "http://news.example/atlas/collections/routes" in links(client, **said)


def test_a_stranger_is_not_believed(store: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "service.cli", "serve", "--port", str(port),
               "--store", str(store)]  # fmt: skip
    environment = {**os.environ, "ROUTESHIFT_TRUSTED_PROXIES": '["10.0.0.0/8"]'}
    with (
        running(command, port, environment=environment),
        httpx.Client(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        assert f"http://127.0.0.1:{port}/collections/routes" in links(client, Host="evil.example")
