"""The last hand at a map: steps over the map that is shown, and classes painted by hand."""
