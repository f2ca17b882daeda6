"""Which of the simulated scenes: what decides them, as a name and as options of `hsigui demo`. Loads no numpy."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from hsigui.errors import HsiError
from hsigui.texts import say

FIELDS = ("mixed", "wide", "plots", "trees", "farmland")
LEAST = 16  # rows and columns; classes may be missing below 64
_OLDEST = "scene"  # in farmland's name, under which labels were kept when there was no other land
_NAME = re.compile(
    "".join(
        "(?:[:-]" + part + ")?"
        for part in (
            "(?P<fields>" + "|".join((_OLDEST, *FIELDS)) + ")",
            r"noise(?P<noise>\d+(?:\.\d+)?)",
            r"white(?P<white>\d+(?:\.\d+)?)",
            r"seed(?P<seed>\d+)",
            r"(?P<rows>\d+)(?:x(?P<cols>\d+))?px",
        )
    )
)


@dataclass(frozen=True)
class DemoSpec:
    """A simulated scene.

    Attributes:
        fields: what the land is made of, one of `FIELDS`: "wide" a few large fields, "plots" trial plots a few pixels
            wide, "trees" single trees, houses and narrow roads, "mixed" all of these, "farmland" fields whose size
            grows with the scene's.
        noise: factor of the sensor's noise, which grows towards the ends of the spectrum; 0 for none.
        white: standard deviation of noise that is the same in all bands, in reflectance (0..1); beside the other.
        seed: of every random choice.
        rows, cols: size in pixels.

    Raises:
        HsiError: there is no such land, a noise is below 0, or the scene is too small.
    """

    fields: str = "mixed"
    noise: float = 1.0
    white: float = 0.0
    seed: int = 0
    rows: int = 128
    cols: int = 128

    def __post_init__(self) -> None:
        if self.fields not in FIELDS:
            raise HsiError(
                say("There is no demo scene of the kind {fields}.", fields=self.fields),
                say("Choose one of: {kinds}.", kinds=", ".join(FIELDS)),
            )
        if not (0 <= self.noise < math.inf and 0 <= self.white < math.inf):
            raise HsiError(say("The noise of a demo scene must be 0 or more."))
        if min(self.rows, self.cols) < LEAST:
            raise HsiError(say("A demo scene has at least {least} rows and columns.", least=LEAST))

    @property
    def name(self) -> str:
        """`demo-mixed`, `demo-plots-noise2-seed3-64x64px` and so on: the kind, then what is not usual."""
        words = [f"demo-{_OLDEST if self.fields == 'farmland' else self.fields}"]
        words += [f"{part}{value}" for part, value in self._unusual().items()]
        return "-".join(words if self._is_usual_size else [*words, f"{self.rows}x{self.cols}px"])

    def words(self) -> list[str]:
        """The options of `hsigui demo` that make it."""
        words = [] if self.fields == DemoSpec.fields else ["--fields", self.fields]
        words += [word for part, value in self._unusual().items() for word in (f"--{part}", value)]
        return words if self._is_usual_size else [*words, "--size", f"{self.rows}x{self.cols}"]

    def _unusual(self) -> dict[str, str]:
        values = {part: getattr(self, part) for part in ("noise", "white", "seed")}
        return {part: _short(value) for part, value in values.items() if value != getattr(DemoSpec, part)}

    @property
    def _is_usual_size(self) -> bool:
        return (self.rows, self.cols) == (DemoSpec.rows, DemoSpec.cols)

    @staticmethod
    def named(name: str) -> DemoSpec | None:
        """The scene of a name, in which ":" may stand for "-" and `64px` for a square; None when it is no such name.

        Raises:
            HsiError: the name is of a scene that there cannot be.
        """
        found = _NAME.fullmatch(name.removeprefix("demo")) if name.startswith("demo") else None
        if found is None:
            return None
        rows = int(found["rows"] or DemoSpec.rows)
        return DemoSpec(
            "farmland" if found["fields"] == _OLDEST else found["fields"] or DemoSpec.fields,
            float(found["noise"] or DemoSpec.noise),
            float(found["white"] or DemoSpec.white),
            int(found["seed"] or DemoSpec.seed),
            rows,
            int(found["cols"] or rows),
        )


def _short(value: float) -> str:
    """Without an exponent, which a name cannot hold."""
    return f"{value:.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
