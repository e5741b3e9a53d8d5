"""Where editions are kept: one Protocol, one folder-based store."""
