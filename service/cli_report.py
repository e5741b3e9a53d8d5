"""What `routeshift import` shows: the mapping before it acts, the report, what was published."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import typer
from rich.table import Table
from rich.text import Text

from routes.importing import Import
from routes.importing.checked import Checked
from routes.importing.report_html import page
from routes.report import Fault, as_document, as_text
from routes.stores.base import Manifest
from service.console import Exit, err, out, print_json, progress

# Of one kind, on a terminal; a report in a file has all.
MOST_SHOWN = 20


def show_mapping(ready: Import) -> None:
    """Show where each column is taken from, and what in the file is not used."""
    source, mapping = ready.source, ready.mapping
    count = "" if source.count is None else f", {source.count} {source.unit}s"
    crs = mapping.crs or source.crs or "none named: taken as EPSG:4326 if it can be"
    out.print(
        f"{source.file}: {source.form}{count}. CRS: {_short(crs)}", markup=False, soft_wrap=True
    )
    table = Table(ready.collection.name, "is taken from", box=None)
    for ours, theirs in mapping.columns.items():
        table.add_row(ours, Text(", else ".join(theirs)))
    for ours, value in mapping.fixed.items():
        table.add_row(ours, Text(f"{value!r} for all"))
    for ours, words in ready.candidates.filled().items():
        table.add_row(Text(ours, style="dim"), Text(f"({words})", style="dim"))
    out.print(table)
    unused = mapping.unused(source.columns)
    if unused:
        out.print(f"Not used: {', '.join(unused)}", markup=False, soft_wrap=True)


class Steps(NamedTuple):
    """Whom to tell how far an import is: rows that were checked, the collection being written."""

    rows: Callable[[int], None]
    stage: Callable[[str], None]


@dataclass(frozen=True)
class Run:
    """One run of the command: where its report goes, and whether machines read it."""

    ready: Import
    report: Path | None
    as_json: bool

    @contextmanager
    def progress(self) -> Iterator[Steps]:
        """Show how many rows have been checked, and what is being published."""
        with progress(self.ready.source.count, self.as_json) as step:
            yield Steps(lambda rows: step("checking", rows), lambda name: step(name, 0))

    def tell_place(self, checked: Checked) -> None:
        """Tell where the rows lie if it is elsewhere than the atlas.

        Coordinates whose axes are swapped may still be right in themselves.
        """
        target = self.ready.target
        places = checked.scratch.table(["_lon", "_lat"]).to_pandas().dropna()
        if self.as_json or target.number is None or places.empty:
            return
        (west, south), (east, north) = places.min(), places.max()
        left, bottom, right, top = target.atlas["view"]
        if west > right or east < left or south > top or north < bottom:
            out.print(f"All of it lies outside the map of {target.name}: at longitude "
                      f"{west:.4g} to {east:.4g}, latitude {south:.4g} to {north:.4g}. If that "
                      "is not meant, its axes may be swapped, or it needs another --crs.",
                      markup=False, soft_wrap=True)  # fmt: skip

    def tell_closed(self, checked: Checked) -> None:
        """Tell, before it is done, which versions of the edition end by this import."""
        told = [] if self.as_json else self._closed_told(checked)
        for sentence in told[:MOST_SHOWN]:
            out.print(sentence, markup=False, soft_wrap=True)
        if len(told) > MOST_SHOWN:
            out.print(f"… and {len(told) - MOST_SHOWN} more; --report FILE lists them")

    def finish(self, checked: Checked, manifest: Manifest) -> None:
        """Tell what was published and what was left out."""
        faults, left_out = checked.faults, int(checked.faulty.sum())
        self._write(faults, checked)
        if self.as_json:
            print_json(self._document(faults, checked)
                       | {"rows": len(checked.faulty), "left_out": left_out,
                          "published": asdict(manifest)})  # fmt: skip
            return
        if faults:
            _print(faults)
            err.print(f"{left_out} of {len(checked.faulty)} rows were left out, "
                      f"and edition {manifest.number} records it.")  # fmt: skip
        name = self.ready.collection.name
        out.print(f"Published edition {manifest.number}: {checked.sound} {name} imported, "
                  f"{manifest.collections[name].count} in all.")  # fmt: skip

    def finish_dry(self, checked: Checked) -> None:
        """Tell what would have been published."""
        rows = len(checked.faulty)
        if checked.faults:
            self.refuse(checked.faults, checked)
        self._write((), checked)
        if self.as_json:
            print_json(self._document((), checked) | {"rows": rows, "published": None})
        else:
            out.print(f"No fault in {rows} rows. Nothing was published: a dry run.")

    def refuse(self, faults: Sequence[Fault], checked: Checked | None) -> None:
        """Tell every fault, and end with exit code 1."""
        self._write(faults, checked)
        if self.as_json:
            print_json(self._document(faults, checked) | {"published": None})
        else:
            _print(faults)
            count = len(faults)
            err.print(f"{count} {'fault' if count == 1 else 'faults'}: nothing was published.")
        raise typer.Exit(Exit.FAULTS)

    def _write(self, faults: Sequence[Fault], checked: Checked | None) -> None:
        if self.report is None:
            return
        form = self.report.suffix.casefold()
        told = self._closed_told(checked)
        if form == ".json":
            document = self._document(faults, checked)
            self.report.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2))
        elif form in (".html", ".htm"):
            text = page(self.ready.source.file, faults, self.ready.target.boundaries, told)
            self.report.write_text(text, encoding="utf-8")
        else:
            text = "\n".join([*told, *([""] if told and faults else []), as_text(faults)])
            self.report.write_text(text.strip() + "\n", encoding="utf-8")

    def _document(self, faults: Sequence[Fault], checked: Checked | None) -> dict[str, Any]:
        closed = checked.settled.closed if checked else ()
        return as_document(faults) | {"closed": [one._asdict() for one in closed]}

    def _closed_told(self, checked: Checked | None) -> list[str]:
        closed = checked.settled.closed if checked else ()
        return [one.told(self.ready.target.name) for one in closed]


def _print(faults: Sequence[Fault]) -> None:
    err.print(as_text(faults, MOST_SHOWN), markup=False, soft_wrap=True)


def _short(crs: object) -> str:
    text = str(crs if not isinstance(crs, dict) else crs.get("name", "as the file has it"))
    return text if len(text) <= 60 else text[:57] + "..."
