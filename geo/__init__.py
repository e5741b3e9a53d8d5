"""Dated geography: times, boundaries, crossings. Knows no routes and no HTTP."""
