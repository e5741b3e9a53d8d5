"""The command line: serve, publish, import, validate, and the commands on editions.

Exit codes: 0 done; 1 the atlas has faults, or the store is damaged; 2 a wrong command;
3 the store, or a file to write, cannot be read or written, or the store holds nothing yet.
"""

from __future__ import annotations

import gc
import importlib
import multiprocessing
import os
import socket
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

import routes
from geo.shipped import data_folder
from routes import atlas, memory
from routes.index import IS_COMPILED
from routes.report import WouldRemove
from routes.schema import COLLECTIONS
from service import cli_editions, cli_stores
from service.cli_import import import_file
from service.cli_render import render
from service.console import (
    Exit,
    JsonOption,
    StoreOption,
    err,
    opened,
    out,
    print_json,
    progress,
    reporting,
)
from service.settings import Settings

app = typer.Typer(
    name="routeshift",
    help="Maps of routes that move: keep their history, serve it, stand by it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
UNCOMPILED = (
    "The search is not compiled, as there was no C compiler when routeshift was installed:\n"
    "large atlases answer several times slower. See docs/performance.md."
)
ACCESS = '%(addr)s "%(method)s %(path)s?%(query_string)s" %(status)d %(dt_ms).1f ms'

Folder = Annotated[
    Path | None, typer.Argument(help="Folder of the atlas; the shipped Balkan atlas if none")
]

app.command("import")(import_file)
app.command()(render)


@app.command()
def serve(
    store: StoreOption = None,
    host: Annotated[str | None, typer.Option(help="Address [env: ROUTESHIFT_HOST]")] = None,
    port: Annotated[int | None, typer.Option(help="Port [env: ROUTESHIFT_PORT]")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes [env: ROUTESHIFT_WORKERS]")] = None,
    root_path: Annotated[
        str | None,
        typer.Option(help="Path under which a proxy shows it [env: ROUTESHIFT_ROOT_PATH]"),
    ] = None,
    access_log: Annotated[
        bool | None,
        typer.Option("--access-log", help="Log each request [env: ROUTESHIFT_ACCESS_LOG]"),
    ] = None,
) -> None:
    """Serve the newest edition, and all before it, over HTTP."""
    given = {"store": store, "host": host, "port": port, "workers": workers,
             "root_path": root_path, "access_log": access_log}  # fmt: skip
    for name, value in given.items():
        if value is not None:
            os.environ[f"ROUTESHIFT_{name.upper()}"] = str(value)
    settings = Settings()
    with reporting(as_json=False):
        edition = routes.open(settings.store)
        # Connections are not for the processes that come from this one.
        edition.store.close()
    if not _is_free(settings.host, settings.port):
        err.print(f"Port {settings.port} of {settings.host} is taken. Choose another: --port 8001")
        raise typer.Exit(Exit.STORE)
    _announce(settings, edition.atlas["title"], edition.number)
    if not IS_COMPILED:
        err.print(UNCOMPILED)
    _run(settings)


@app.command()
def publish(
    folder: Folder = None,
    store: StoreOption = None,
    note: Annotated[str, typer.Option(help="What changed and why, for the log")] = "",
    author: Annotated[str, typer.Option(help="Who publishes")] = "",
    if_changed: Annotated[
        bool, typer.Option("--if-changed", help="Do nothing if the newest edition says the same")
    ] = False,
    in_place: Annotated[
        bool, typer.Option("--replace", help="Also where that removes items of the newest edition")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Validate an atlas and publish it as the next edition: all of it or nothing.

    What would remove items that the newest edition has, such as imported ones, is not published
    without --replace.
    """
    place = opened(store, as_json)
    before = place.current()
    with reporting(as_json):
        try:
            with progress(len(COLLECTIONS) + 1, as_json) as step:
                manifest = routes.publish(
                    place, _atlas(folder), note, author, step,
                    if_changed=if_changed, keep=not in_place,
                )  # fmt: skip
        except WouldRemove as refused:
            if not if_changed or before is None:
                raise
            # At the start of a service: it goes on with what its store has.
            err.print(str(refused), markup=False, soft_wrap=True)
            manifest = place.manifest(before)
    if as_json:
        print_json(asdict(manifest))
    elif manifest.number == before:
        out.print(f"Nothing was published: edition {before} stands.")
    else:
        items = sum(record.count for record in manifest.collections.values())
        out.print(f"Published edition {manifest.number}: {items} items in "
                  f"{len(manifest.collections)} collections.")  # fmt: skip


@app.command()
def validate(folder: Folder = None, as_json: JsonOption = False) -> None:
    """Check an atlas and list every fault; publish nothing."""
    with reporting(as_json):
        content = atlas.read(_atlas(folder))
    counts = {name: len(frame) for name, frame in content.frames.items()}
    if as_json:
        print_json({"faults": [], "collections": counts})
    else:
        out.print(f"No fault in {sum(counts.values())} items.")


def _atlas(folder: Path | None) -> Path:
    return folder or data_folder("balkans")


def _announce(settings: Settings, title: str, edition: int) -> None:
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
    address = f"http://{host}:{settings.port}{settings.root_path}"
    out.print(f"{title}, edition {edition}")
    out.print(f"  The map        {address}/map")
    out.print(f"  Front page     {address}/")
    out.print(f"  QGIS and GDAL  {address}   (OGC API - Features)")
    out.print("Stop with Ctrl+C.")


def _is_free(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _run(settings: Settings) -> None:
    memory.share_between_threads()
    _load()
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    Granian(
        "service.app:create_service",
        factory=True,
        address=settings.host,
        port=settings.port,
        workers=settings.workers,
        interface=Interfaces.ASGI,
        log_level=LogLevels.info if settings.access_log else LogLevels.warning,
        log_access=settings.access_log,
        log_access_format=ACCESS,
    ).serve()


def _load() -> None:
    """Import the application before workers are forked from here, so that they share it."""
    importlib.import_module("service.app")
    if "fork" in multiprocessing.get_all_start_methods() and sys.platform == "linux":
        multiprocessing.set_start_method("fork")
        # A collection writes into every object that it looks at: what is shared is not looked at.
        gc.collect()
        gc.freeze()


for command in (*cli_editions.COMMANDS, *cli_stores.COMMANDS):
    app.command()(command)


if __name__ == "__main__":
    app()
