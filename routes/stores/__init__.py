"""Where editions are kept: one Protocol, a store in a folder and one in a database."""
