"""What the commands share: how they speak, what their exit codes say, where the store is."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console

import routes
from routes.errors import RoutesError
from routes.report import AtlasRefused
from routes.stores.base import Store
from service.settings import Settings

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

StoreOption = Annotated[
    str | None,
    typer.Option(
        "--store", help="Folder of the store, or address of its database [env: ROUTESHIFT_STORE]"
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Answer in JSON, for machines")]


class Exit(IntEnum):
    """What the exit code says."""

    DONE = 0
    FAULTS = 1
    WRONG = 2
    STORE = 3


def store_folder(given: str | None) -> Path | str:
    """Give where the store is that was asked for, or the one of the settings."""
    return given or Settings().store


def opened(given: str | None, as_json: bool) -> Store:
    """Give the store that was asked for, or the one of the settings."""
    with reporting(as_json):
        return routes.open_store(store_folder(given))


@contextmanager
def reporting(as_json: bool) -> Iterator[None]:
    """Turn what routes refuses into words and an exit code."""
    try:
        yield
    except AtlasRefused as refused:
        if as_json:
            print_json({"faults": refused.as_dicts()})
        else:
            for fault in refused.faults:
                err.print(str(fault), markup=False, soft_wrap=True)
            count = len(refused.faults)
            err.print(f"{count} {'fault' if count == 1 else 'faults'}: nothing was published.")
        raise typer.Exit(Exit.FAULTS) from None
    except RoutesError as error:
        if as_json:
            print_json({"error": str(error)})
        err.print(str(error), markup=False, soft_wrap=True)
        raise typer.Exit(Exit.STORE) from None


@contextmanager
def progress(steps: int | None, as_json: bool) -> Iterator[Any]:
    """Show a bar on a terminal; say nothing to machines. None: how many steps is not known."""
    # It stays out of the processes that `serve` starts.
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description:<14}"), BarColumn(),
               TimeElapsedColumn())  # fmt: skip
    quiet = as_json or not sys.stderr.isatty()
    with Progress(*columns, console=err, transient=True, disable=quiet) as bar:
        task = bar.add_task("", total=steps)

        def step(name: str, by: int = 1) -> None:
            bar.update(task, description=name, advance=by)

        yield step


def print_json(document: object) -> None:
    """Answer a machine."""
    sys.stdout.buffer.write(orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n")
    sys.stdout.buffer.flush()
