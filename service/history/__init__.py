"""Editions, histories of routes, and what changed between two days."""
