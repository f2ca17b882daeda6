"""What the figures of a report belong to, and what else is said of the map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hsigui.labels.classes import Color
from hsigui.report.area import AreaEstimate
from hsigui.report.compare import McNemar, Paired
from hsigui.report.draws import Draws
from hsigui.report.maps import LegendRow
from hsigui.report.reliability import Reliability
from hsigui.texts import say

EPOCH = "the epoch of pretraining that is kept"  # what labels chose, in records


@dataclass(frozen=True)
class ChoosingLabels:
    """Labels that chose something of the map besides its classifier.

    Attributes:
        what: they chose: EPOCH, or what another version wrote, in words.
        name: of their file.
        sha256: of their class numbers.
        pixels: that have one.
        tested: test pixels among them; None where that is not known.
    """

    what: str
    name: str
    sha256: str
    pixels: int
    tested: int | None = None

    @property
    def words(self) -> str:
        """What a reader of the accuracy is to know of them."""
        chose = say(
            "{pixels:,} labels of {name} (SHA-256 {sha256}) chose {what}.",
            pixels=self.pixels,
            name=self.name,
            sha256=self.sha256[:12],
            what=say("the epoch of pretraining that is kept") if self.what == EPOCH else self.what,
        )
        if self.tested is None:
            return say("{chose} Whether test pixels are among them is not known.", chose=chose)
        if not self.tested:
            return say("{chose} No test pixel is among them.", chose=chose)
        return say(
            "{chose} {tested:,} test pixels are among them: on these the accuracy is too good, for they took part in "
            "choosing.",
            chose=chose,
            tested=self.tested,
        )


@dataclass(frozen=True)
class SplitFacts:
    """How training and test pixels lie to each other.

    Attributes:
        kind: how they were drawn, in words; empty where it is not known.
        gap: pixels in neither part between the closest training and test pixel, measured; None where it is not known.
        guard: pixels between the parts that were asked for; None where it is not known.
        reach: half the encoder's receptive field, in pixels; None where it is not known.
        seen: test pixels whose spectra, without labels, were in pretraining; None where it is not known.
        masked: pixels of the scene that were masked out of pretraining.
        not_tested: names of the classes of which the draw left nothing to test.
        edge_reach: standard deviation in pixels, where nothing changes, of the widest average of features or
            probabilities that stops at edges; None without one, or where it is not known.
        tested_on: what the test pixels are, in words; empty where the reference is a file that was named.
        influence: level of context -> how many pixels far the map's classes look in an even field, of those levels that
            it was made from; under an empty name without levels. Empty where it is not known.
        chosen_by: labels that chose something of the map besides its classifier.
        after: the steps that were done on the model's answer, as options of `hsigui edit`.
        painted: pixels of the reference that are not tested because a hand has painted them.
    """

    kind: str = ""
    gap: int | None = None
    guard: int | None = None
    reach: int | None = None
    seen: int | None = None
    masked: int = 0
    not_tested: tuple[str, ...] = ()
    edge_reach: float | None = None
    tested_on: str = ""
    influence: Mapping[str, int] = field(default_factory=dict)
    chosen_by: tuple[ChoosingLabels, ...] = ()
    after: tuple[str, ...] = ()
    painted: int = 0

    @property
    def covered(self) -> tuple[str, ...]:
        """The levels of context of which no pixel within what they see of a test pixel was trained on."""
        return tuple(name for name, pixels in self.influence.items() if self.gap is not None and pixels <= self.gap)


@dataclass(frozen=True)
class ClassMatch:
    """Which class of the map was taken for which class of the reference.

    Attributes:
        number, name: in the map's file.
        to_number, to_name: in the report; 0 and empty where the class was left out.
        how: "name", "number", "asked" or "new" (the reference has no such class).
    """

    number: int
    name: str
    to_number: int
    to_name: str
    how: str


@dataclass(frozen=True)
class ClassSpectrum:
    """The mean spectrum of the reference pixels of a class; NaN in `mean` and `sd` where a band is bad or empty."""

    number: int
    name: str
    color: Color
    pixels: int
    mean: tuple[float, ...]
    sd: tuple[float, ...]


@dataclass(frozen=True)
class Spectra:
    """The spectra of the classes: `wavelengths` in nm, or empty where bands have only numbers."""

    wavelengths: tuple[float, ...]
    classes: tuple[ClassSpectrum, ...]


@dataclass(frozen=True)
class Comparison:
    """This map (or maps, one a draw) and another on the same test pixels, training pixels of either left out.

    Attributes:
        first, second: their names.
        draws: McNemar's test of each draw.
        figures: "oa", "aa" and "kappa" of each draw, first and second.
        paired: the same names -> test over the draws; empty for one draw.
    """

    first: str
    second: str
    draws: tuple[McNemar, ...]
    figures: tuple[Mapping[str, tuple[float, float]], ...]
    paired: Mapping[str, Paired] = field(default_factory=dict)


@dataclass(frozen=True)
class ReportContext:
    """What the figures belong to. Empty fields are left out of the page.

    Attributes:
        title: heading of the report.
        cube_name, rows, cols, bands: the scene.
        settings: name -> value, or section -> {name -> value}; values JSON-ready.
        seeds: what was random -> its seed, or the list of its seeds.
        versions: package -> version.
        device: what it was computed on.
        seconds: step -> how long it took.
        commands: command lines that repeat the run, in order.
        transductive: the encoder was trained on pixels of the test, without labels.
        legend: classes of the map with pixel counts (`maps.legend_rows`).
        pixel_area_m2: area of a pixel, on average; None when unknown.
        class_areas_m2: of each class number on the map, where pixels are not all alike.
        areas: how areas were found, a sentence.
        notes: further sentences that a reader should know.
        created: time of the report, ISO 8601; empty for now.
        hashes: what -> its hash in hex.
        split: how training and test pixels lie to each other.
        matches: which class of the map was taken for which of the reference.
        spectra: of the classes.
        area: areas and area-weighted accuracy, where the sample is a design.
        draws: figures over several draws.
        comparison: with another map.
        reliability: whether the map is as often right as it says, where its confidence is known.
    """

    title: str = say("Classification report")
    cube_name: str = ""
    rows: int = 0
    cols: int = 0
    bands: int = 0
    settings: Mapping[str, Any] = field(default_factory=dict)
    seeds: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    device: str = ""
    seconds: Mapping[str, float] = field(default_factory=dict)
    commands: tuple[str, ...] = ()
    transductive: bool = False
    legend: tuple[LegendRow, ...] = ()
    pixel_area_m2: float | None = None
    class_areas_m2: Mapping[int, float] = field(default_factory=dict)
    areas: str = ""
    notes: tuple[str, ...] = ()
    created: str = ""
    hashes: Mapping[str, str] = field(default_factory=dict)
    split: SplitFacts | None = None
    matches: tuple[ClassMatch, ...] = ()
    spectra: Spectra | None = None
    area: AreaEstimate | None = None
    draws: Draws | None = None
    comparison: Comparison | None = None
    reliability: Reliability | None = None

    def hectares(self, number: int, pixels: int) -> float | None:
        """The area of a class on the map; None where it is not known.

        Args:
            pixels: of the class, for where no pixel is larger than another.
        """
        if number in self.class_areas_m2:
            return self.class_areas_m2[number] / 10_000
        return None if self.pixel_area_m2 is None else pixels * self.pixel_area_m2 / 10_000

    @property
    def weighed_by_labels(self) -> bool:
        """Whether the training labels weighed the levels of context, with all pixels of the scene."""
        return self.settings.get("Context", {}).get("chosen by") == "labels"
