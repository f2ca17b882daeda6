"""What is measured of this machine and a method, from which `estimate` reckons. Arithmetic alone: loads no numpy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

Point = tuple[float, float]  # pixels, and what was measured at so many


@dataclass(frozen=True)
class Line:
    """Something with a fixed part and a part that grows with the pixels: seconds or bytes.

    Attributes:
        fixed: of a scene, whatever its size.
        each: of one pixel.
    """

    fixed: float = 0.0
    each: float = 0.0

    def at(self, pixels: float, by: float = 1.0) -> float:
        """What so many pixels take.

        Args:
            by: factor of the part that grows.
        """
        return self.fixed + self.each * pixels * by

    @classmethod
    def through(cls, small: Point, large: Point) -> Line:
        """The line through two measurements, neither part of which is below nothing."""
        (few, little), (many, much) = small, large
        each = (much - little) / (many - few)
        if each <= 0:  # what little depends on the size is hidden by the chance of the clock
            return cls((little + much) / 2)
        fixed = little - each * few
        return cls(fixed, each) if fixed >= 0 else cls(0.0, much / many)


@dataclass(frozen=True)
class Figures:
    """What one round of the measurement found, in seconds of one share of the processor.

    Attributes:
        start_training, start_mapping: beginning a process and loading the libraries that it needs, once a process.
        opening: a scene's header.
        preparing: of a training, before its first step.
        step: of the training.
        later_step: of a second stage that has steps of its own; 0 where there is none.
        watching: one reading of the monitor.
        finishing: of a training, after its last step.
        embedding: the features of a scene, with all levels of context, and keeping them.
        finding: the kept features, found again and checked.
        probe: fitting the classifier and keeping it.
        drawing: the map from the features.
        writing: the map's files.
        loading: the kept classifier.
        kept: features and map of another scene by the kept classifier.
    """

    start_training: float
    start_mapping: float
    opening: float
    preparing: Line
    step: float
    later_step: float
    watching: float
    finishing: float
    embedding: Line
    finding: Line
    probe: Line
    drawing: Line
    writing: Line
    loading: float
    kept: Line

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Figures:
        """The figures that `to_json` wrote."""
        return cls(**_read(cls, values))

    def to_json(self) -> dict[str, Any]:
        """By name; of lines `fixed` and `each`."""
        return asdict(self)


@dataclass(frozen=True)
class Facts:
    """What does not depend on the clock.

    Attributes:
        bands: good ones of the scene that was measured.
        channels: of the network's input.
        width: of the features of the widest level.
        passes_training, passes_mapping, passes_kept: how often a training, a map with labels and a map by the kept
            classifier read a scene.
        features_first, features_later: bytes a pixel of the features that a run keeps: at once, and once labels ask.
        run: bytes of a run without features.
        map: bytes of the map's files.
        memory_training, memory_mapping: bytes of memory that the process takes at most.
    """

    bands: int
    channels: int
    width: int
    passes_training: float
    passes_mapping: float
    passes_kept: float
    features_first: float
    features_later: float
    run: float
    map: Line
    memory_training: Line
    memory_mapping: Line

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Facts:
        """The facts that `to_json` wrote."""
        return cls(**_read(cls, values))

    def to_json(self) -> dict[str, Any]:
        """As of `Figures`."""
        return asdict(self)


def _read(kind: type[Figures] | type[Facts], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a class by the names of its fields; those with two parts as lines."""
    found = {each.name: values[each.name] for each in fields(kind)}
    return {name: Line(**value) if isinstance(value, Mapping) else value for name, value in found.items()}


@dataclass(frozen=True)
class Machine:
    """What the scenes are to be worked on with.

    Attributes:
        cores: of the processor that a process of the program uses.
        memory: bytes.
        read_speed: bytes a second from the disk of the scenes; None where it is not known.
        write_speed: bytes a second to the disk of the results; None likewise.
    """

    cores: int
    memory: int
    read_speed: float | None = None
    write_speed: float | None = None


@dataclass(frozen=True)
class Measured:
    """A machine with a method.

    Attributes:
        whole: figures of a process that has the whole processor, one of each round; empty where they were not asked.
        single: of one that has one core, likewise.
        facts: what does not depend on the clock.
        seconds: that measuring took.
        busy: how many processes were waiting for the processor beside it (load average); 0 for an idle machine.
    """

    machine: Machine
    whole: Sequence[Figures]
    single: Sequence[Figures]
    facts: Facts
    seconds: float = 0.0
    busy: float = 0.0

    @property
    def rounds(self) -> int:
        """How many rounds there are of each that was measured."""
        return len(self.whole) or len(self.single)
