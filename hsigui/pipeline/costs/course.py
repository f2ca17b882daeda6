"""How many steps a training of a scene will have, from its preset: what is stated rather than measured. No torch."""

from __future__ import annotations

from dataclasses import dataclass

from hsigui.methods import registry
from hsigui.methods.scene import MOST_WINDOWS, RESIDENT_VALUES, WINDOW_SIDE
from hsigui.methods.settings import MethodSettings
from hsigui.specs import PretrainSpec

# As `pipeline.pretrain` has them, which loads torch; a test holds them together.
READINGS = 10  # of the monitor where steps are counted
EVERY_EPOCH_UNTIL, EPOCHS_BETWEEN = 20, 10  # where epochs are
EXCERPT = MOST_WINDOWS * WINDOW_SIDE**2  # pixels that a training looks at of a scene that it does not hold


@dataclass(frozen=True)
class Course:
    """The length of trainings.

    Attributes:
        epochs: or steps, where `counts_steps`.
        settings: of the preset, with what was set.
    """

    epochs: int
    counts_steps: bool
    monitor: bool
    settings: MethodSettings

    @property
    def learns(self) -> bool:
        """Whether there is any step."""
        return self.epochs > 0

    def steps(self, pixels: float) -> int:
        """Steps of the (first) stage for a scene of so many pixels with data."""
        if self.counts_steps:
            return self.epochs
        seen = max(1, min(int(pixels), getattr(self.settings, "epoch_pixels", int(pixels))))
        return self.epochs * (seen // max(1, min(getattr(self.settings, "batch", 1), seen)))

    @property
    def later_steps(self) -> int:
        """Steps of a second stage whose number does not depend on the scene; 0 where there is none."""
        return 0 if self.counts_steps else round(getattr(self.settings, "second_steps", 0) * self.epochs)

    @property
    def readings(self) -> int:
        """How often the monitor is read."""
        if not self.monitor or not self.learns:
            return 0
        if self.counts_steps:
            return min(READINGS, self.epochs)
        return min(self.epochs, EVERY_EPOCH_UNTIL) + max(0, self.epochs - EVERY_EPOCH_UNTIL) // EPOCHS_BETWEEN


def course_of(spec: PretrainSpec) -> Course:
    """The course of a training as it is asked for.

    Raises:
        HsiError: there is no such method, preset or setting.
    """
    preset = registry.method(spec.method).preset(spec.preset)
    asked = preset.epochs if spec.epochs is None else spec.epochs
    return Course(
        preset.epochs and asked, preset.epochs_are != "epochs", spec.monitor, registry.settings_of(spec)
    )  # fmt: skip


def prepared_pixels(pixels: int, channels: int) -> int:
    """How many pixels of a scene a training prepares itself on: of a large one an excerpt."""
    return pixels if pixels * channels <= RESIDENT_VALUES else min(pixels, EXCERPT)
