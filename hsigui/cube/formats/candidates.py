"""Which of the arrays of a file is the scene: all that can be are compared as a whole before any is left out.

One that is clearly the scene is taken: it has more bands, or a list of wavelengths, or lies less deep, and no other has
what it lacks. Else the user is asked. An array of few planes (a picture, abundances, class scores) never wins over one
of many bands unasked, wherever either of them lies.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from hsigui.cube.formats.arrays import AmbiguousCube, ArrayInfo, depth_of
from hsigui.texts import say

FEW = 10  # planes of pictures, abundances and scores; no imaging spectrometer has so few bands
_PICTURE = 4
_MANY_TIMES = 4
# What products call arrays that lie beside their cube and have its size.
_BESIDE = re.compile(
    r"(?:^|[^a-z])(?:err|error|errors|unc|uncert|uncertainty|uncertainties|mask|masks|flag|flags|quality|qa|qc|std|"
    r"stdev|sigma|valid|bad|obs|glt|igm|loc|rgb|quicklook|preview|gt|groundtruth|ground_truth|truth|label|labels|"
    r"abundance|abundances|endmember|endmembers|score|scores|prob|probabilities)(?:$|[^a-z])"
)


@dataclass(frozen=True)
class Candidate:
    """An array that can be the scene.

    Attributes:
        array: the array.
        bands: how many there are, as its axes are most likely meant.
        listed: whether a list of wavelengths of that length is in the file.
        flat: whether it holds the pixels in one axis.
    """

    array: ArrayInfo
    bands: int
    listed: bool = False
    flat: bool = False

    @property
    def beside(self) -> bool:
        """Whether its name is one of those that lie beside a scene: errors, masks, labels."""
        return named_beside(self.array.name) or self.array.dtype == "bool"


def named_beside(name: str) -> bool:
    """Whether an array is called what masks, errors, pictures or labels beside a scene are called."""
    last = re.split(r"[/.]", name)[-1]
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", last).casefold()
    return bool(_BESIDE.search(words))


def chosen(candidates: Sequence[Candidate], file_name: str) -> Candidate:
    """The one that is clearly the scene.

    Raises:
        AmbiguousCube: several can be.
    """
    best = [one for one in candidates if all(_beats(one, other) for other in candidates if other is not one)]
    if len(best) == 1:
        return best[0]
    left = [one for one in candidates if not any(_beats(other, one) for other in candidates if other is not one)]
    asked = sorted(left or candidates, key=lambda one: (-one.bands, -math.prod(one.array.shape)))
    raise AmbiguousCube(
        say("{file_name} holds several arrays that can be the scene", file_name=file_name),
        tuple(one.array for one in asked),
    )


def order(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The likeliest first: by how many of the others each beats, then by size."""
    return sorted(
        candidates,
        key=lambda one: (-sum(_beats(one, other) for other in candidates if other is not one),
                         depth_of(one.array.name), -math.prod(one.array.shape)),
    )  # fmt: skip


def _beats(one: Candidate, other: Candidate) -> bool:
    """Whether one is the scene rather than the other, without a doubt."""
    if one.beside != other.beside:
        return other.beside
    if one.bands < other.bands:
        return one.listed and not other.listed and one.bands > FEW
    if other.bands <= _PICTURE < one.bands or one.bands >= _MANY_TIMES * other.bands:
        return True
    if one.listed != other.listed:
        return one.listed
    return depth_of(one.array.name) < depth_of(other.array.name)
