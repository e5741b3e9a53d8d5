"""`routeshift render`: a map of a day as one file, a page or a picture, by the file's ending."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer

import routes
from service.console import (
    Exit,
    JsonOption,
    StoreOption,
    err,
    out,
    print_json,
    reporting,
    store_folder,
)
from service.maps.days import require_shown
from service.maps.page import LAYERS, state_of
from service.maps.view import MapView
from service.maps.web import read_view
from service.pictures import parameters
from service.pictures.pdf import pdf
from service.pictures.picture import PictureView, svg
from service.pictures.raster import png
from service.problems import Problem

_ADDRESS = re.compile(r"https?://[^\s/?#]+(/[^\s?#]*)?")


class Page(StrEnum):
    """What of the service a page is."""

    MAP = "map"
    EMBED = "embed"


@dataclass(frozen=True)
class Asked:
    """What a file is to show, and of a page which one and whose."""

    edition: routes.Edition
    view: MapView
    picture: PictureView
    mode: Page
    url: str


def _page(asked: Asked) -> bytes:
    # What cuts fonts to size stays out of the processes that `serve` starts.
    from service.maps.render import file_page

    return file_page(asked.edition, asked.view, asked.mode.value, asked.url).encode()


def _svg(asked: Asked) -> bytes:
    return svg(asked.edition, asked.picture, with_fonts=True).encode()


def _png(asked: Asked) -> bytes:
    return png(svg(asked.edition, asked.picture))


def _pdf(asked: Asked) -> bytes:
    return pdf(asked.edition, asked.picture)


WRITERS: Mapping[str, Callable[[Asked], bytes]] = {
    ".html": _page, ".svg": _svg, ".png": _png, ".pdf": _pdf,
}  # fmt: skip
OF_PAGES, OF_PICTURES = ("mode", "url"), ("width", "height", "scale")


def render(
    file: Annotated[
        Path, typer.Argument(help=f"File to write; its ending says what: {', '.join(WRITERS)}")
    ],
    store: StoreOption = None,
    edition: Annotated[int | None, typer.Option(help="Its number; else the newest", min=1)] = None,
    date: Annotated[str | None, typer.Option(help="Day, such as 2003-12-01")] = None,
    to: Annotated[
        str | None, typer.Option(help="Last day of a range that begins with the day")
    ] = None,
    layers: Annotated[str | None, typer.Option(help=f"Some of {','.join(LAYERS)}")] = None,
    bbox: Annotated[str | None, typer.Option(help="west,south,east,north in degrees")] = None,
    lang: Annotated[str | None, typer.Option(help="Language, such as en")] = None,
    mode: Annotated[Page | None, typer.Option(help="Of a page: which; map if none")] = None,
    url: Annotated[
        str | None,
        typer.Option(help="Of a page: where the service answers that it may link to"),
    ] = None,
    width: Annotated[int | None, typer.Option(help="Of a picture, in pixels")] = None,
    height: Annotated[int | None, typer.Option(help="Of a picture, in pixels")] = None,
    scale: Annotated[int | None, typer.Option(help="Of a picture: 2 for print")] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there")] = False,
    as_json: JsonOption = False,
) -> None:
    """Write the map of a day into one file: to keep, to hand on, to print.

    A page (.html) opens from disk, moves through time as the service's does, and asks nothing of
    any network. The same edition and options give the same bytes.
    """
    given = {"date": date, "to": to, "layers": layers, "bbox": bbox, "lang": lang, "mode": mode,
             "url": url, "width": width, "height": height, "scale": scale}  # fmt: skip
    values = {name: str(value) for name, value in given.items() if value is not None}
    _check(file, values, force=force)
    with reporting(as_json):
        opened = routes.open(store_folder(store), edition)
        content = _made(file, opened, values)
    _write(file, content)
    if as_json:
        print_json({"file": str(file), "edition": opened.number, "bytes": len(content)})
    else:
        out.print(f"Wrote edition {opened.number} to {file}, {len(content) / 1000:.0f} kB.",
                  markup=False, soft_wrap=True)  # fmt: skip


def _check(file: Path, values: Mapping[str, str], *, force: bool) -> None:
    """Refuse what can be seen to be wrong before the store is opened."""
    ending = file.suffix.lower()
    if ending not in WRITERS:
        _refuse(f"{file.name!r} has none of the endings known here: {', '.join(WRITERS)}")
    others = OF_PICTURES if ending == ".html" else OF_PAGES
    what = "a picture: .svg, .png, .pdf" if ending == ".html" else "a page: .html"
    for name in others:
        if name in values:
            _refuse(f"--{name} is for {what}")
    url = values.get("url")
    if url is not None and not _ADDRESS.fullmatch(url):
        _refuse(f"--url: {url!r} is not the address of a service. Example: https://maps.example")
    if not file.parent.is_dir():
        _refuse(f"There is no folder {str(file.parent)!r}: make it first")
    with _writing(file):
        is_folder, is_there = file.is_dir(), file.exists()
    if is_folder:
        _refuse(f"{str(file)!r} is a folder")
    if is_there and not force:
        _refuse(f"{str(file)!r} is there already: --force writes over it")


def _made(file: Path, edition: routes.Edition, values: Mapping[str, str]) -> bytes:
    try:
        view = read_view(values)
        picture = parameters.parse(values, view)
        require_shown(state_of(edition, view.lang), view)
        mode, url = Page(values.get("mode", Page.MAP)), values.get("url", "").rstrip("/")
        asked = Asked(edition, view, picture, mode, url)
        return WRITERS[file.suffix.lower()](asked)
    except Problem as problem:
        if problem.parameter is None:
            _refuse(problem.fault, Exit.STORE)
        hint = f". Example: {problem.example}" if problem.example else ""
        _refuse(f"--{problem.parameter}: {problem.fault}{hint}")


def _write(file: Path, content: bytes) -> None:
    """Write a file all or nothing: what was there stays until the new one is whole."""
    unfinished = file.with_name(f".unfinished-{os.getpid()}")
    with _writing(file):
        try:
            unfinished.write_bytes(content)
            unfinished.replace(file)
        finally:
            unfinished.unlink(missing_ok=True)


@contextmanager
def _writing(file: Path) -> Iterator[None]:
    """Say what the system says where a file cannot be written."""
    try:
        yield
    except OSError as error:
        _refuse(f"{str(file)!r} cannot be written: {error.strerror}", Exit.STORE)


def _refuse(said: str, code: Exit = Exit.WRONG) -> NoReturn:
    err.print(said, markup=False, soft_wrap=True)
    raise typer.Exit(code)
