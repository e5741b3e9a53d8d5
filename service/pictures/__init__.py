"""Stills of the map: any state as SVG with named layers, and as PNG, made without a browser."""
