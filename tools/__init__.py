"""What make runs. The product imports nothing from here."""
