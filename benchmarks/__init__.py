"""Measurements of routeshift against bare tools that do the least, in one run on one machine."""
