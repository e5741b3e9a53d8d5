"""Commands on editions: list, show, compare, prove, take out, draw, bring back, remove."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

import routes
from geo.tiling import MAX_ZOOM
from routes import corrections, corrections_told, exports
from routes import pmtiles as archives
from routes.stores.addresses import shown
from routes.stores.base import Manifest
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

Number = Annotated[int, typer.Argument(help="Number of the edition", min=1)]
NoteOption = Annotated[str, typer.Option(help="What changed and why, for the log")]
AuthorOption = Annotated[str, typer.Option(help="Who publishes")]


def editions(store: StoreOption = None, as_json: JsonOption = False) -> None:
    """List the editions of a store, newest first."""
    place = opened(store, as_json)
    with reporting(as_json):
        manifests = [place.manifest(number) for number in reversed(place.numbers())]
    if as_json:
        print_json([_summary(manifest) for manifest in manifests])
        return
    if not manifests:
        out.print(f"No edition in {shown(store_folder(store))} yet: run `routeshift publish`.")
        return
    table = Table("Edition", "Published", "Items", "Author", "Note", box=None)
    for manifest in manifests:
        table.add_row(*(str(value) for value in list(_summary(manifest).values())[:5]))
    out.print(table)


def verify(store: StoreOption = None, as_json: JsonOption = False) -> None:
    """Recompute every hash of a store and name each file that is not what was published."""
    place = opened(store, as_json)
    with reporting(as_json), progress(len(place.numbers()), as_json) as step:
        damages = place.verify(step)
        checked = len(place.numbers())
    if as_json:
        print_json({"editions": checked, "damages": [asdict(damage) for damage in damages]})
    elif damages:
        for damage in damages:
            err.print(str(damage), markup=False, soft_wrap=True)
    else:
        out.print(f"{_editions(checked)}: each is what was published.")
    if damages:
        raise typer.Exit(Exit.FAULTS)


def show(number: Number, store: StoreOption = None, as_json: JsonOption = False) -> None:
    """Show one edition: when, by whom, why, and what it holds."""
    place = opened(store, as_json)
    with reporting(as_json):
        manifest = place.manifest(number)
    if as_json:
        print_json(asdict(manifest))
        return
    out.print(f"Edition {manifest.number}: {manifest.atlas['title']}", markup=False)
    out.print(f"Published {manifest.published} by {manifest.author or 'nobody named'} "
              f"with {manifest.tool}", markup=False)  # fmt: skip
    out.print(manifest.note or "No note was given.", markup=False)
    table = Table("Collection", "Items", "SHA-256", box=None)
    for name, record in manifest.collections.items():
        table.add_row(name, str(record.count), record.sha256)
    out.print(table)
    for name, story in manifest.stories.items():
        out.print(f"Story {name}: {story['title']}", markup=False, soft_wrap=True)
    out.print(f"Content {manifest.content}")


def diff(
    earlier: Annotated[int, typer.Argument(help="The earlier edition", min=1)],
    later: Annotated[int, typer.Argument(help="The later edition", min=1)],
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what one edition says otherwise than another, feature by feature."""
    place = opened(store, as_json)
    with reporting(as_json):
        editions = [routes.Edition.of(place, number) for number in (earlier, later)]
        found = corrections.between(*editions)
    if as_json:
        print_json({"from_edition": earlier, "to_edition": later, **asdict(found)})
        return
    for sentence in corrections_told.sentences(found):
        out.print(sentence, markup=False, soft_wrap=True)
    if not found:
        out.print(f"Edition {later} says what edition {earlier} says.")


def restore(
    number: Number,
    store: StoreOption = None,
    note: NoteOption = "",
    author: AuthorOption = "",
    as_json: JsonOption = False,
) -> None:
    """Publish what an earlier edition says once more, as the next edition."""
    place = opened(store, as_json)
    with reporting(as_json), progress(10, as_json) as step:
        manifest = routes.restore(place, number, note, author, step)
    if as_json:
        print_json(asdict(manifest))
    else:
        out.print(f"Published edition {manifest.number}, which says what edition {number} says.")


def export(
    number: Number,
    to: Annotated[Path, typer.Option("--to", help="A new folder")],
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write one edition into a folder of its own: to keep, to hand on, to publish elsewhere."""
    place = opened(store, as_json)
    with reporting(as_json):
        manifest = exports.write(place, number, to)
    if as_json:
        print_json({"edition": number, "folder": str(to), "content": manifest.content})
    else:
        out.print(f"Wrote edition {number} to {to}. `routeshift publish {to}` publishes it again.",
                  markup=False, soft_wrap=True)  # fmt: skip


def pmtiles(
    number: Number,
    to: Annotated[Path, typer.Option("--to", help="File to write, such as atlas.pmtiles")],
    store: StoreOption = None,
    max_zoom: Annotated[
        int | None,
        typer.Option(help="The deepest zoom; else as deep as shows all", min=0, max=MAX_ZOOM),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there")] = False,
    as_json: JsonOption = False,
) -> None:
    """Write the vector tiles of one edition into one file, for maps that no service stands behind.

    The file is a PMTiles archive: any server of files will do. The same edition gives the same
    bytes.
    """
    if to.exists() and not force:
        err.print(f"{to} is there already: --force writes over it", markup=False, soft_wrap=True)
        raise typer.Exit(Exit.WRONG)
    place = routes.open_store(store_folder(store))
    with reporting(as_json), progress(None, as_json) as step:
        edition = routes.Edition.of(place, number)
        archive = archives.write(edition, to, step, max_zoom=max_zoom)
    if as_json:
        print_json({"edition": number, "file": str(to), **asdict(archive)})
        return
    out.print(f"Wrote edition {number} to {to}: {archive.tiles} tiles to zoom {archive.max_zoom}, "
              f"{archive.size / 1e6:.1f} MB.", markup=False, soft_wrap=True)  # fmt: skip
    for layer, lacking in archive.lacking.items():
        kept = f"those of rank {lacking.rank} and above" if lacking.rank else "a version of each"
        out.print(f"At zoom {archive.max_zoom}, {lacking.tiles} tiles hold only some of {layer}, "
                  f"{kept} at least.", markup=False, soft_wrap=True)  # fmt: skip


def prune(
    keep: Annotated[int, typer.Option("--keep", help="How many of the newest to keep", min=1)],
    store: StoreOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without this, only say it")] = False,
    as_json: JsonOption = False,
) -> None:
    """Remove old editions for ever. Without --yes it only says which, and what breaks."""
    place = opened(store, as_json)
    with reporting(as_json):
        doomed = place.numbers()[:-keep]
        removed = place.prune(keep) if yes else []
    if as_json:
        print_json({"would_remove": doomed, "removed": [one.number for one in removed]})
        return
    if not doomed:
        out.print(f"There are no more than {keep} editions: nothing to remove.")
        return
    said = ", ".join(map(str, doomed))
    out.print(f"{'Removed' if yes else 'Would remove'} {_editions(len(doomed))}: {said}.")
    out.print(
        "Maps, embeds and citations that name one of these editions answer “410 Gone”, and what "
        "was said in it can be shown no more. Export it first to keep it: "
        f"routeshift export {doomed[0]} --to folder",
        soft_wrap=True,
    )
    if not yes:
        out.print("To do it, add --yes.")


def _summary(manifest: Manifest) -> dict[str, Any]:
    return {
        "number": manifest.number,
        "published": manifest.published,
        "items": sum(record.count for record in manifest.collections.values()),
        "author": manifest.author,
        "note": manifest.note,
        "content": manifest.content,
    }


def _editions(count: int) -> str:
    return "1 edition" if count == 1 else f"{count} editions"


COMMANDS = (editions, show, diff, verify, restore, export, pmtiles, prune)
