"""OGC API - Tiles (OGC 20-057): vector tiles of an edition, and what says where they are."""
