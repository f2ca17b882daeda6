"""What is to become of a scene, as a window asks for it: files beside it, steps, and how the new file is written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hsigui.cube.cube import Cube
from hsigui.errors import HsiError
from hsigui.preparing.chosen import ChosenStep
from hsigui.preparing.made import plain
from hsigui.preparing.mosaic import mosaicked
from hsigui.preparing.stack import onto_one, stacked
from hsigui.preparing.step import Step, prepared
from hsigui.texts import say


@dataclass(frozen=True)
class Joined:
    """Further files that become one scene with the first.

    Attributes:
        files: in their order.
        by_wavelength: whether the bands of the stack rise by wavelength.
        mosaic: "first" or "feather" for flight lines; empty for a stack of bands.
        onto: "first" or "finest" where those of other grids are resampled; empty where all lie on one.
        resampling: how.
    """

    files: tuple[Path, ...] = ()
    by_wavelength: bool = False
    mosaic: str = ""
    onto: str = ""
    resampling: str = "nearest"

    @property
    def words(self) -> list[str]:
        """The options of `hsigui prepare`, without the files."""
        if not self.files:
            return []
        found = ["--sort"] if self.by_wavelength and not self.mosaic else []
        found += ["--mosaic", self.mosaic] if self.mosaic else []
        found += ["--onto", self.onto] if self.onto else []
        return found + (["--resampling", self.resampling] if self.onto and self.resampling != "nearest" else [])

    def of(self, cube: Cube, others: Sequence[Cube]) -> Cube:
        """One cube of the scene and the others.

        Raises:
            HsiError: they are not of one grid, or do not fit otherwise.
        """
        cubes = [plain(each) for each in (cube, *others)]
        if not others:
            return cubes[0]
        if self.mosaic:
            return mosaicked(cubes, self.mosaic, onto=bool(self.onto), resampling=self.resampling)
        if self.onto:
            cubes = onto_one(cubes, self.onto, self.resampling)
        return stacked(cubes, by_wavelength=self.by_wavelength)


@dataclass(frozen=True)
class Written:
    """How the new file is written.

    Attributes:
        interleave, dtype, scale, cloud: see `table.save_cube`.
    """

    interleave: str = ""
    dtype: str = ""
    scale: float | None = None
    cloud: bool = False

    @property
    def words(self) -> list[str]:
        """The options of `hsigui prepare`."""
        found = ["--interleave", self.interleave] if self.interleave else []
        found += ["--type", self.dtype] if self.dtype else []
        found += ["--to-scale", repr(float(self.scale))] if self.scale is not None else []
        return found + ["--cog"] * self.cloud


@dataclass(frozen=True)
class Outcome:
    """What came of steps.

    Attributes:
        cubes: the cube before the first step, and that after each that was done.
        told: each step that was done as the history has it: "auto" as the number that was found.
        problem: why the next one could not be done; None where all were.
    """

    cubes: tuple[Cube, ...]
    told: tuple[str, ...] = ()
    problem: HsiError | None = None

    @property
    def cube(self) -> Cube:
        """The last one."""
        return self.cubes[-1]


class Chain:
    """Does steps one after the other, and keeps the cubes between them: what a look at the whole scene has found need
    not be found again where a later step changes. For one thread at a time.

    Args:
        scene: the file of the first scene; None where it is in none.
    """

    def __init__(self, cube: Cube, scene: Path | str | None = None) -> None:
        self._first, self._scene = cube, scene
        self._done: list[tuple[ChosenStep, Cube]] = []

    def outcome(self, steps: Sequence[ChosenStep], check: Callable[[], None] = lambda: None) -> Outcome:
        """The cubes of the steps that are on, as far as they can be done.

        Args:
            check: may raise to stop.
        """
        wanted = [replace(step, on=True) for step in steps if step.on]
        same = 0
        while same < min(len(wanted), len(self._done)) and self._done[same][0] == wanted[same]:
            same += 1
        del self._done[same:]
        for chosen in wanted[same:]:
            check()
            before = self._done[-1][1] if self._done else self._first
            try:
                cube = self._after(chosen, before)
            except HsiError as problem:
                return self._outcome(problem)
            self._done.append((chosen, cube))
        return self._outcome(None)

    def _after(self, chosen: ChosenStep, before: Cube) -> Cube:
        try:
            step: Step = chosen.made(self._scene)
            return prepared(before, [step])
        except (ValueError, OverflowError) as error:  # of a number that no step is prepared for
            raise HsiError(
                say("{step} cannot be done: {reason}.", step=chosen.line, reason=error), say("Choose other settings.")
            ) from error

    def _outcome(self, problem: HsiError | None) -> Outcome:
        cubes = (self._first, *(cube for _, cube in self._done))
        return Outcome(cubes, tuple(cube.info.history[-1] for cube in cubes[1:]), problem)
