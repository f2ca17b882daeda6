"""The rows of what studies compare without training and without features: the class whose mean spectrum is nearest.

They make no runs, so they are in no list of methods; a study finds them by name. Loads no torch.
"""

from __future__ import annotations

from dataclasses import replace

from hsigui.methods.info import baseline
from hsigui.specs import FeatureSpec, MapSpec, ProbeSpec, Recipe
from hsigui.texts import say

MODULE = "hsigui.methods.baselines.training"  # an empty network, of which a study asks how far it looks
_BANDS = Recipe(
    FeatureSpec(encoder=False, raw=True, smoothed=(), superpixels=(), edge_aware=(), pooled=0.0), ProbeSpec(),
    MapSpec(smooth=0.0, edges=0.0),
)  # fmt: skip

ROWS = tuple(
    replace(baseline(name, title, paper, MODULE, about, _BANDS), matches=name)
    for name, title, paper, about in (
        ("sam", say("Spectral angle to class means"),
         "Kruse et al., Remote Sens. Environ. 1993, doi 10.1016/0034-4257(93)90013-N",
         say("Each pixel gets the class whose mean spectrum has the smallest angle to its own. Nothing is trained.")),
        ("sid", say("Information divergence from class means"),
         "Chang, IEEE Trans. Inf. Theory 2000, doi 10.1109/18.857802",
         say("Each pixel gets the class from whose mean spectrum its own diverges least. Nothing is trained.")),
    )
)  # fmt: skip
