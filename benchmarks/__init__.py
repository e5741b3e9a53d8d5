"""Measurements of routeshift against others, in one run on one machine: `make bench`.

What is asked for: `questions`, of the atlas that `synthetic` makes up; `aims` says what has to come
out. How servers are started: `servers` (the service, the `bare` limit, nginx), `peers` (pygeoapi
and tipg) on `postgis`. How they are driven: `load` asks, `driving` lets it ask two in turn. What is
measured: `answering`, `downloads`, `starting` with memory (`processes`), `importing`, `bulk`,
`growth`, and with a browser `page` and `large_map`. How it is told: `results`, `telling`, `plot`.
"""

import service  # noqa: F401 (first: it says how our programs use memory)
