"""Commands that the suite runs and that have to succeed."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping


def run(command: list[str], environment: Mapping[str, str] | None = None) -> str:
    """Give what a command printed; `environment` adds to ours. Raises RuntimeError if it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False,
                          env={**os.environ, **(environment or {})})  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{' '.join(command[:4])} failed: {done.stderr[-2000:]}")
    return done.stdout
