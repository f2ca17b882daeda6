"""The table of methods: what each is called, where it was published, which presets it has. Loads no torch."""

from __future__ import annotations

from dataclasses import dataclass

from hsigui.errors import HsiError


@dataclass(frozen=True)
class Preset:
    """One way to run a method: name for settings, title and one sentence for people, and its own number of epochs."""

    name: str
    title: str
    text: str
    epochs: int
    epochs_are: str


@dataclass(frozen=True)
class MethodInfo:
    """One method. `module` has `plan(preset)` and `training(...)`; it is imported only when the method runs."""

    name: str
    title: str
    paper: str
    module: str
    presets: tuple[Preset, ...]

    def preset(self, name: str) -> Preset:
        """The preset of a name.

        Raises:
            HsiError: the method has no such preset.
        """
        for preset in self.presets:
            if preset.name == name:
                return preset
        names = ", ".join(p.name for p in self.presets)
        raise HsiError(f"{self.title} has no preset “{name}”.", f"Choose one of: {names}.")


METHODS: tuple[MethodInfo, ...] = (
    MethodInfo(
        "lscosa",
        "LSCoSa",
        "IEEE TGRS 2023, doi 10.1109/TGRS.2023.3331888",
        "hsigui.methods.lscosa",
        (
            Preset(
                "quick",
                "Quick (dense engine)",
                "One pass over a whole tile a step: about a minute on a laptop. The objective is LSCoSa's with its "
                "regulariser on probabilities; the encoder is fully convolutional.",
                120,
                "steps",
            ),
            Preset(
                "paper",
                "Paper (patches)",
                "The published step on 15 x 15 patches, float32, 200 epochs. Meant for a GPU: on a CPU it takes hours.",
                200,
                "epochs",
            ),
        ),
    ),
)


def method(name: str) -> MethodInfo:
    """The method of a name.

    Raises:
        HsiError: there is none; the hint lists those that exist.
    """
    for info in METHODS:
        if info.name == name:
            return info
    raise HsiError(f"Unknown method “{name}”.", f"Choose one of: {', '.join(m.name for m in METHODS)}.")
