"""`python -m tools.cluster`: run the deployment and what happens to it, and tell of it.

Exit code 1 where a request failed of which none may, or anything is lost.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from tools.cluster.deployment import deployment
from tools.cluster.findings import findings, noticed
from tools.cluster.load import load
from tools.cluster.story import tell
from tools.cluster.telling import report


def main() -> int:
    """Run it; give the exit code."""
    said = _arguments()
    with deployment() as cluster:
        print(f"nginx on port {cluster.port} of 127.0.0.1, two services, a primary, a replica.\n")
        with load(cluster.port, said.rate) as asking:
            story = tell(cluster, said.seconds, lambda name: print(f"... {name}", flush=True))
        seen = [noticed(one, asking.between(one.began_s, one.ended_s)) for one in story.stages]
        found = findings(story, asking, cluster.databases)
    print(report(seen, found))
    if said.to:
        document = {"stages": list(map(asdict, seen)), "findings": list(map(asdict, found))}
        said.to.write_text(json.dumps(document, indent=2))
    return 0 if all(one.holds for one in found) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.cluster", description=__doc__)
    parser.add_argument("--seconds", type=float, default=3, help="of load after each event (3)")
    parser.add_argument("--rate", type=float, default=60, help="requests a second (60)")
    parser.add_argument("--to", type=Path, help="a file for the same as JSON")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
