"""Debian's nginx, for those who run one in a folder of their own."""

from __future__ import annotations

import os
import shutil


def nginx_program() -> str:
    """Find nginx, which Debian keeps out of the PATH of most people. Raises RuntimeError."""
    found = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None:
        raise RuntimeError("there is no nginx; tools/install_clients.sh nginx installs it")
    return found


def nginx_user() -> str:
    """Give the line that lets it use a temporary folder: started by root it would drop to another.

    Of other users nginx takes none.
    """
    return "user root;" if os.getuid() == 0 else ""
