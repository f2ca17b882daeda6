"""Masks: pixels of a scene that are masked out, by a recipe, for one use or several.

One way to say it everywhere: what is True in a raster of a mask, and other than 0 in its file, is *masked out*.
"""
