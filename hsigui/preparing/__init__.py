"""Cubes made ready before the map: steps over a cube, none of which touches its file, and cubes written anew."""
