"""`routeshift import`: a file that others made, into the next edition."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from routes.importing import BadOption, Mapping, NewAtlas, Options, prepare
from routes.importing.checked import Checked
from routes.importing.crew import Crew, bytes_of
from routes.importing.dates import ORDERS
from routes.memory import give_back_at_once
from routes.report import AtlasRefused
from service.cli_report import Run, show_mapping
from service.console import JsonOption, StoreOption, opened, reporting

Text = str | None


def import_file(
    file: Annotated[Path, typer.Argument(help="What GDAL reads, GeoParquet, CSV or XLSX")],
    collection: Annotated[str, typer.Option(help="What the rows are")] = "routes",
    store: StoreOption = None,
    maps: Annotated[
        list[str] | None,
        typer.Option("--map", help="OURS=THEIRS,…: valid_from=begin,route_id=name", metavar="MAP"),
    ] = None,
    sets: Annotated[
        list[str] | None,
        typer.Option("--set", help="OURS=TEXT for every row: mode=sea", metavar="SET"),
    ] = None,
    mapping: Annotated[Path | None, typer.Option(help="Use a mapping that was saved")] = None,
    save_mapping: Annotated[Path | None, typer.Option(help="Save the mapping there")] = None,
    dates: Annotated[Text, typer.Option(help=f"Order of dates: {' or '.join(ORDERS)}")] = None,
    crs: Annotated[Text, typer.Option(help="CRS of the file: EPSG:3035")] = None,
    layer: Annotated[Text, typer.Option(help="Layer of the file")] = None,
    encoding: Annotated[Text, typer.Option(help="Encoding of a CSV or Shapefile: cp1250")] = None,
    source: Annotated[Text, typer.Option(help="Id of the source of every row")] = None,
    source_title: Annotated[Text, typer.Option(help="Title of that source, if it is new")] = None,
    close_versions: Annotated[
        bool,
        typer.Option(
            "--close-versions",
            help="End open versions, also of the edition, where the next begins",
        ),
    ] = False,
    mend_areas: Annotated[
        bool, typer.Option("--mend-areas", help="Make areas that cross themselves valid")
    ] = False,
    in_place: Annotated[
        bool, typer.Option("--replace", help="In place of what the collection has; else added")
    ] = False,
    leave_out_faulty: Annotated[
        bool, typer.Option("--leave-out-faulty", help="Publish the rest, and record what was not")
    ] = False,
    title: Annotated[Text, typer.Option(help="Title of a new atlas, in an empty store")] = None,
    licence: Annotated[Text, typer.Option(help="Licence of a new atlas: CC-BY-4.0")] = None,
    summary: Annotated[Text, typer.Option(help="What a new atlas is, in a sentence")] = None,
    byline: Annotated[Text, typer.Option(help="Who made a new atlas")] = None,
    knowledge_ends: Annotated[
        Text, typer.Option(help="Until when a new atlas can know; this year if not given")
    ] = None,
    note: Annotated[str, typer.Option(help="What changed and why, for the log")] = "",
    author: Annotated[str, typer.Option(help="Who publishes")] = "",
    report: Annotated[
        Path | None, typer.Option(help="Write the report there: .html, .json or .txt")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check, and publish nothing")] = False,
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="Processes at work; all cores for large files"),
    ] = None,
    worker_memory: Annotated[Text, typer.Option(help="Most memory of each of them: 2GB")] = None,
    scheduler: Annotated[
        Text, typer.Option(help="Let Dask do the work: local, or tcp://HOST:PORT of a cluster")
    ] = None,
    scratch: Annotated[
        Path | None,
        typer.Option(
            help="Folder for temporary files, which all workers see", exists=True, file_okay=False
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask, also on a terminal")] = False,
    as_json: JsonOption = False,
) -> None:
    """Import a file into a collection, and publish the result as the next edition."""
    new = NewAtlas(title, licence, summary, byline, knowledge_ends)
    place = opened(store, as_json)
    with _options(), reporting(as_json):
        ways = _mapping(maps, sets, mapping, dates, crs, layer, encoding)
        options = Options(
            collection, ways, source, source_title, close_versions, in_place, mend_areas, new
        )
        crew = Crew(workers, bytes_of(worker_memory) if worker_memory else None, scheduler, scratch)
        give_back_at_once()
        ready = prepare(file, place, options)
        if not as_json:
            show_mapping(ready)
        if save_mapping is not None:
            ready.mapping.save(save_mapping, ready.collection)
        asks = not (dry_run or yes or as_json) and sys.stdin.isatty()
        if asks:
            typer.confirm("Import it like this?", abort=True)
    run = Run(ready, report, as_json)
    checked: Checked | None = None
    with reporting(as_json), ExitStack() as stack:
        at_work = stack.enter_context(crew.at_work(file, place))
        try:
            # A bar wipes its line when it ends, so that words come after it.
            with run.progress() as step:
                checked = stack.enter_context(ready.checked(step.rows, at_work))
            run.tell_place(checked)
            run.tell_closed(checked)
            if dry_run:
                run.finish_dry(checked)
                return
            ready.refuse_faulty(checked, leave_out_faulty=leave_out_faulty)
            if checked.settled.closed and asks:
                typer.confirm("End them like this?", abort=True)
            with run.progress() as step:
                manifest = ready.publish(place, checked, note, author, step.stage)
            run.finish(checked, manifest)
        except AtlasRefused as refused:
            run.refuse(refused.faults, checked)


def _mapping(
    maps: list[str] | None, sets: list[str] | None, saved: Path | None, dates: Text, crs: Text,
    layer: Text, encoding: Text,
) -> Mapping:  # fmt: skip
    if dates is not None and dates not in ORDERS:
        raise BadOption(f"--dates {dates!r} is not one of {', '.join(ORDERS)}")
    order = next((one for one in ORDERS if one == dates), None)
    given = replace(
        Mapping.parse(maps or (), sets or ()),
        dates=order, crs=crs, layer=layer, encoding=encoding,
    )  # fmt: skip
    return given.over(Mapping.load(saved)) if saved else given


@contextmanager
def _options() -> Iterator[None]:
    """Turn an option that cannot be used into a wrong command, exit code 2."""
    try:
        yield
    except BadOption as bad:
        raise typer.BadParameter(str(bad)) from None
