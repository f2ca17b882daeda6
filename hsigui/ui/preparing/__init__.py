"""Cubes made ready and saved: steps with their preview, and where the new cube goes."""
