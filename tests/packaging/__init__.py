"""What a stranger meets first: locks, scripts, image and documents."""
