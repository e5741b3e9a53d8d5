"""nginx in front of the services, by the configuration that the containers use."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tools.nginx import nginx_program, nginx_user
from tools.running import free_port, running

TEMPLATE = Path(__file__).parent / "routeshift.conf.template"
# What the official image has around it (its nginx.conf), for a folder of one's own.
AROUND = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
{user}
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/routeshift.conf;
}}
"""


def filled(values: Mapping[str, str]) -> str:
    """Give the configuration with values in place of `${NAME}`, as the image's `envsubst` does.

    Raises KeyError for one that is missing.
    """
    return re.sub(r"\$\{(\w+)\}", lambda found: values[found[1]], TEMPLATE.read_text())


def configure(folder: Path, values: Mapping[str, str]) -> Path:
    """Write the configuration into a folder that nginx may write to, too: its path."""
    (folder / "routeshift.conf").write_text(filled(values))
    path = folder / "nginx.conf"
    path.write_text(AROUND.format(folder=folder, user=nginx_user()))
    return path


@contextmanager
def front(folder: Path, services: tuple[str, str]) -> Iterator[int]:
    """nginx in front of two services from here to the end: its port."""
    port = free_port()
    path = configure(folder, {
        "LISTEN": f"127.0.0.1:{port}", "CACHE": str(folder / "cache"),
        "SERVICE_1": services[0], "SERVICE_2": services[1],
    })  # fmt: skip
    with running([nginx_program(), "-p", str(folder), "-c", str(path)], port):
        yield port
