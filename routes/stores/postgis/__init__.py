"""A store in PostgreSQL with PostGIS: for several service machines, and more data than memory.

What an edition says is kept twice, as in the embedded store: as GeoParquet, byte for byte, which
its hash is of (`pieces`, `records`), and as rows to be asked (`rows`), which can be made again from
it. A row stays where it is as long as it does not change: an edition costs what it says anew. See
docs/adr/0019.
"""

from routes.stores.postgis.store import PostgisStore

__all__ = ["PostgisStore"]
