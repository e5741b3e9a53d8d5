"""Stories over HTTP: text beside the map, which moves from state to state with it."""
