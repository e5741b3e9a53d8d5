"""Serve the shipped atlas on a free port, run a command against it, stop the service.

`python tools/with_service.py COMMAND...`: `{url}` in the command becomes the service's address.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.running import free_port, running

ROUTESHIFT = str(Path(sys.executable).parent / "routeshift")


def main() -> int:
    """Publish, serve, run the command; give its exit code."""
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as store:
        environment = {**os.environ, "ROUTESHIFT_STORE": store}
        subprocess.run([ROUTESHIFT, "publish", "data/balkans"], env=environment, check=True)
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        with running([ROUTESHIFT, "serve", "--port", str(port)], port, environment=environment):
            command = [word.replace("{url}", url) for word in sys.argv[1:]]
            return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main())
