"""The HTTP service: OGC API Features for programs, pages and maps for people."""
