"""Where the shipped data lie: beside the packages, or inside an installed wheel."""

from pathlib import Path

PACKAGES = Path(__file__).resolve().parent.parent


def data_folder(name: str) -> Path:
    """Give the folder of shipped data called `name` ("balkans", "boundaries").

    Raises FileNotFoundError if this installation ships no such folder.
    """
    for home in (PACKAGES / "data", PACKAGES / "routeshift_data"):
        if (home / name).is_dir():
            return home / name
    raise FileNotFoundError(f"no shipped data folder {name!r} beside {PACKAGES}")
