"""The words of `hsigui edit`: what can be asked for, with what it means. Loads nothing else: help comes at once."""

from __future__ import annotations

from hsigui.texts import say

STEPS = (
    ("majority", "PIXELS", say("each pixel takes the class of most pixels of a window of so many pixels a side")),
    ("sieve", "AREA[,4|8]",
     say("groups of one class that are smaller join their largest neighbour: 20 (pixels), 500m2 or 0.5ha; 8 where "
         "pixels hang together by their corners, too")),
    ("merge", "OLD=NEW,...", say("classes become part of others, by number or name, such as 3=2")),
    ("recode", "FILE", say("other class numbers by a table (.csv): old,new and, if wanted, name,color")),
    ("tree", "FILE[:LEVEL]", say("a level of a class tree (.csv): class and a column for each level")),
    ("below", "CONFIDENCE", say("no class where the model was less sure, such as 0.6")),
    ("fill", "[PIXELS]", say("pixels without a class take that of the nearest, no further than so many pixels")),
    ("mask", "FILE", say("no class where a raster of masked pixels is not 0")),
    ("paint", "FILE", say("classes painted by hand: a file of labels; they are left out of the test")),
)  # fmt: skip
"""Each step: its word, what is given with it (empty for nothing, in brackets what may be left out), and what it does;
in the order of the help."""
