"""The HTTP service: OGC API Features for programs, pages and maps for people."""

import os

# Arrow's own pool keeps what was freed, in an import half of the file. Read when Arrow is loaded.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
