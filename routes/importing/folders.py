"""A folder of files of one kind, as one source: its rows are those of all files, by their names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from routes.importing.reading import Batch, Piece, Source, open_file, refused

# What lies beside the file that has the geometries, or beside all of them.
BESIDE = (".dbf", ".shx", ".prj", ".cpg", ".qix", ".sbn", ".sbx", ".xml", ".md", ".toml")


def open_folder(
    path: Path, fits: tuple[str, ...], layer: str | None, encoding: str | None
) -> Source:
    """Open all files of a folder and of those in it. Raises AtlasRefused.

    They have the same columns, in any order, and the same CRS.
    """
    files = sorted(file for file in path.rglob("*") if file.is_file() and _is_read(file, path))
    if not files:
        raise refused(path, "holds no files", "Give a folder with some")
    sources = [
        replace(open_file(file, fits, layer, encoding), file=file.relative_to(path).as_posix())
        for file in files
    ]
    first = sources[0]
    for other in sources[1:]:
        _compare(path, first, other)
    counts = [source.count for source in sources if source.count is not None]
    return Source(
        path.name,
        f"{len(files)} files of {first.form}",
        first.columns,
        first.has_geometry,
        first.crs,
        first.unit,
        sum(counts) if len(counts) == len(sources) else None,
        partial(_pieces, files, sources, fits, layer, encoding),
        is_folder=True,
    )


def _is_read(file: Path, folder: Path) -> bool:
    hidden = any(part.startswith((".", "_")) for part in file.relative_to(folder).parts)
    return not hidden and file.suffix.casefold() not in BESIDE


def _compare(path: Path, first: Source, other: Source) -> None:
    """Refuse a folder whose files differ in what decides how their rows are read."""
    sides = (
        ("kind", first.form, other.form),
        ("columns", sorted(first.columns), sorted(other.columns)),
        ("CRS", first.crs, other.crs),
    )
    for name, here, there in sides:
        if here != there:
            raise refused(
                path, f"holds files of different {name}: {first.file} has {here}, "
                f"{other.file} has {there}", "Import them one by one",
            )  # fmt: skip


def _pieces(
    files: Sequence[Path],
    sources: Sequence[Source],
    fits: tuple[str, ...],
    layer: str | None,
    encoding: str | None,
) -> Iterator[Piece]:
    """Give the pieces of all files; one that can only be read from its beginning is a piece."""
    for file, source in zip(files, sources, strict=True):
        if source.is_cut:
            for piece in source.pieces():
                yield replace(piece, file=source.file)
        else:
            yield Piece(source.file, partial(_batches, file, fits, layer, encoding))


def _batches(
    file: Path, fits: tuple[str, ...], layer: str | None, encoding: str | None
) -> Iterator[Batch]:
    for piece in open_file(file, fits, layer, encoding).pieces():
        yield from piece.batches()
