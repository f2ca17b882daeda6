"""The words of `hsigui mask`: what can be asked for, with what it means. Loads nothing else: help comes at once."""

from __future__ import annotations

from hsigui.texts import say

STEPS = (
    ("formula", "COMPARISON",
     say("pixels where an index or a formula of bands passes a threshold: 'ndvi > 0.3', '0.1 < b850 / b670 < 0.4'")),
    ("layer", "COMPARISON",
     say("pixels where a file of the scene's pixels does: 'wet.tif > 0.3', or of its third band 'mnf.tif:3 > 0.3'")),
    ("polygons", "FILE[,FIELD=VALUE]",
     say("pixels whose centre lies in a shape of a file (GeoPackage, GeoJSON, Shapefile, regions)")),
    ("class", "FILE[:N,N]", say("pixels of these classes, by number or name, of a class raster; all but 0 without")),
    ("quality", "NAME,NAME", say("pixels that quality masks of the product mark (info names them)")),
    ("grow", "PIXELS", say("what is masked out, and all pixels within so many pixels of it")),
    ("shrink", "PIXELS", say("what is masked out without its outermost so many pixels")),
    ("invert", "", say("the other pixels instead")),
    ("join", "FILE", say("also what another mask masks out")),
    ("common", "FILE", say("only what another mask masks out too")),
)  # fmt: skip
"""Each step: its word, what is given with it (empty for nothing), and what it does; in the order of the help."""

USES = ("pretrain", "map", "statistics")
"""What a mask can be used for, each by itself."""
