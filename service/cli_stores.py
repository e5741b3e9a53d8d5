"""Commands on whole stores: copy one into another, bring a database's tables up to date."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from routes.errors import StoreError
from routes.stores import copying
from routes.stores.addresses import is_address, shown
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
    store_folder,
)

Place = Annotated[str, typer.Argument(help="Folder of a store, or address of its database")]


def copy(source: Place, target: Place, as_json: JsonOption = False) -> None:
    """Copy all editions of one store into another, and verify them there.

    Numbers, times, notes and hashes stay. A target that has some of the editions gets the others.
    """
    here, there = opened(source, as_json), opened(target, as_json)
    with reporting(as_json):
        editions = len(here.numbers())
        with progress(2 * editions, as_json) as step:
            copied = copying.copy(here, there, step)
            damages = there.verify(step)
    if as_json:
        print_json({"copied": copied, "damages": [asdict(damage) for damage in damages]})
    else:
        for damage in damages:
            err.print(str(damage), markup=False, soft_wrap=True)
        said = "1 edition" if len(copied) == 1 else f"{len(copied)} editions"
        out.print(f"Copied {said} from {shown(source)} to {shown(target)}.",
                  markup=False, soft_wrap=True)  # fmt: skip
    if damages:
        raise typer.Exit(Exit.FAULTS)


def migrate(
    store: StoreOption = None,
    to: Annotated[int | None, typer.Option(help="Form to go to, instead of the newest")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it, though it may lose data")] = False,
    as_json: JsonOption = False,
) -> None:
    """Bring the tables of a store's database to the form that this program needs.

    An older form is for going back to an older program. Form 0 has no tables: all editions go.
    """
    place = store_folder(store)
    if to is not None and not yes:
        err.print("What an older form cannot hold is lost, with form 0 everything. Add --yes.")
        raise typer.Exit(Exit.WRONG)
    with reporting(as_json):
        if not is_address(place):
            raise StoreError(f"{place} is a folder, which needs no migration")
        from routes.stores.postgis import PostgisStore

        done = PostgisStore(str(place)).migrate(to)
    if as_json:
        print_json({"done": done})
        return
    for step in done or ["There was nothing to do."]:
        out.print(step)


COMMANDS = (copy, migrate)
