"""Routes, versions, shifts and editions. Knows no HTTP.

import routes
routes.open("var/store").routes(as_of="2002-06-01")   # a GeoDataFrame
"""

from routes.editions import Edition, open_store, publish, restore
from routes.editions import open_edition as open

__all__ = ["Edition", "open", "open_store", "publish", "restore"]
