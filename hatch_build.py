"""Compiles `routes/scan.pyx` when the project is installed or built, where there is a C compiler.

Without one everything works, and finding a page costs several times as much: `routeshift serve`
says so.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from Cython.Build import cythonize
from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from setuptools import Distribution, Extension
from setuptools.errors import BaseError, CCompilerError

MODULE = "routes.scan"
FAILURES = (BaseError, CCompilerError)


class CompiledSearch(BuildHookInterface[Any]):
    """Puts the compiled module beside its source, and into the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile before anything is gathered."""
        if self.target_name != "wheel":
            return
        try:
            built = compiled(Path(self.root))
        except FAILURES as error:
            self.app.display_warning(f"{MODULE} is not compiled, searching will be slow: {error}")
            return
        build_data["artifacts"].append(str(built.relative_to(self.root)))
        build_data["pure_python"], build_data["infer_tag"] = False, True


def compiled(root: Path) -> Path:
    """Compile the module; give its file. Raises one of FAILURES where that cannot be done."""
    source = root.joinpath(*MODULE.split(".")).with_suffix(".pyx")
    for old in source.parent.glob(f"{source.stem}.*.so"):
        old.unlink()
    with tempfile.TemporaryDirectory() as scratch:
        extension = Extension(MODULE, [str(source)], extra_compile_args=["-O3"])
        modules = cythonize([extension], build_dir=scratch, quiet=True)
        build = Distribution({"ext_modules": modules}).get_command_obj("build_ext")
        build.build_lib, build.build_temp = str(root), scratch
        build.ensure_finalized()
        build.run()
        return Path(build.get_outputs()[0])
