"""A step that makes one cube of another, and chains of them: nothing is computed until samples are read or saved."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, Protocol

from hsigui.cube.cube import Cube, CubeInfo
from hsigui.preparing.made import plain


class Step(Protocol):
    """One step with its settings; frozen, so that what was done can be told."""

    @property
    def told(self) -> str:
        """The step as the option of `hsigui prepare` that does the same, such as "--rows 10:60"."""

    def on(self, cube: Cube) -> Cube:
        """The cube after the step; its samples are made when they are read.

        Raises:
            HsiError: the step does not fit the cube.
        """


def worded(name: str) -> str:
    """A name as one word of a command line."""
    return name if re.fullmatch(r"[\w.:,+-]+", name) else '"{}"'.format(re.sub(r'(["\\])', r"\\\1", name))


def prepared(cube: Cube, steps: Iterable[Step]) -> Cube:
    """The cube after some steps, in their order, with these in its history.

    Raises:
        HsiError: a step does not fit what the steps before it have left.
    """
    for step in steps:
        cube = plain(cube)
        step = settled(step, cube)
        made = step.on(cube)
        cube = made.with_info(replace(made.info, history=(*cube.info.history, step.told)))
    return cube


def settled(step: Step, cube: Cube) -> Step:
    """A step with what it finds out of a sample of a cube in its settings, so that its history tells it: "auto" as the
    number that was found. Most steps are what they were.

    Raises:
        HsiError: the step does not fit the cube.
    """
    find: Callable[[Cube], Step] | None = getattr(step, "settled", None)
    return step if find is None else find(cube)


def info_of_bands(info: CubeInfo, bands: int, picked: Sequence[int]) -> CubeInfo:
    """What is known of some bands of a cube, in another order, too.

    Args:
        bands: how many there are.
        picked: numbers of those that are kept, from 0.
    """

    def of(values: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(values[n] for n in picked) if len(values) == bands else ()

    def places(numbers: tuple[int, ...]) -> tuple[int, ...]:
        known = set(numbers)
        return tuple(place for place, n in enumerate(picked) if n in known)

    shown = info.default_bands if set(info.default_bands) <= set(picked) else ()
    return replace(
        info, wavelengths=of(info.wavelengths), fwhm=of(info.fwhm), band_names=of(info.band_names),
        bad_bands=of(info.bad_bands), gains=of(info.gains), offsets=of(info.offsets), left_out=places(info.left_out),
        taken_in=places(info.taken_in), empty_bands=places(info.empty_bands), costly_band=None,
        default_bands=tuple(list(picked).index(n) for n in shown),
    )  # fmt: skip
