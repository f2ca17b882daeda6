"""The last hand at a map: steps that make a finished map of a model's answer, which stays as it is."""
