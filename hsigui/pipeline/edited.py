"""Maps in files after steps: read with what is known of them, and written with a record that repeats them. Loads no
torch."""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsigui.errors import HsiError
from hsigui.finishing.asked import step_from
from hsigui.finishing.finished_map import FinishedMap
from hsigui.finishing.step import Check, Step, finished
from hsigui.labels.classes import ClassTable
from hsigui.labels.formats.files import Grid, files_written, read_classes
from hsigui.pipeline import provenance
from hsigui.pipeline.chain import Chain
from hsigui.pipeline.finished_record import finished_of, with_finishing
from hsigui.pipeline.map_confidence import layer_hash, read_confidence
from hsigui.pipeline.provenance import Provenance
from hsigui.report.map_options import MapOptions
from hsigui.report.maps import export_map
from hsigui.report.table import read_back_suffixes
from hsigui.texts import say


@dataclass(frozen=True, eq=False, repr=False)
class EditedMap:
    """A map of a file, after some steps.

    Attributes:
        path: the file that it was read from.
        finished: the map now, and what was done.
        record: how the map in the file came to be; None where that is not known.
        reading: the options that say how the file was read, and where the confidence is.
        before: how many of the steps had been done when it was read.
        notes: what was assumed at reading.
    """

    path: Path
    finished: FinishedMap
    record: Provenance | None = None
    reading: tuple[str, ...] = ()
    before: int = 0
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        rows, cols = self.array.shape
        return f"EditedMap({self.path.name}: {rows} x {cols} pixels, {len(self.finished.steps)} steps)"

    @property
    def array(self) -> NDArray[np.uint16]:
        """Class numbers, rows x cols; 0 where there is none."""
        return self.finished.classes

    @property
    def classes(self) -> ClassTable:
        """Names and colours."""
        return self.finished.table

    @property
    def grid(self) -> Grid:
        """Its pixels."""
        return Grid(self.array.shape[0], self.array.shape[1], self.finished.geo)

    def after(self, steps: Sequence[Step | str], check: Check = lambda: None) -> EditedMap:
        """The same after further steps; the file stays as it is.

        Args:
            steps: or texts, such as "majority 3".
            check: called now and then; may raise to stop.

        Raises:
            HsiError: a step does not fit the map, or a file that it names cannot be read.
        """
        made = self.finished
        for step in steps:
            made = finished(made, [step_from(step, self.grid) if isinstance(step, str) else step], check)
        return dataclasses.replace(self, finished=made)

    def command(self, out: Path) -> str:
        """The command line that writes it."""
        told = [done.told for done in self.finished.steps[self.before :]]
        words = shlex.join(["hsigui", "edit", str(self.path.resolve()), str(out.resolve())])
        return " ".join([words, *told, *([shlex.join(self.reading)] if self.reading else [])])

    def save(self, path: Path, *, options: MapOptions | None = None) -> list[Path]:
        """Writes the map, and beside it the record of how it came to be.

        Args:
            path: the suffix chooses the format, see `report.table`.

        Returns:
            All files written, the one asked for first.

        Raises:
            HsiError: the path is that of the map itself, the suffix is unknown, or the file cannot be written.
        """
        of_map = {file.resolve() for file in files_written(self.path)}
        if any(file.resolve() in of_map for file in files_written(path)):
            raise HsiError(say("{name} is the map that is edited.", name=path.name), say("Choose another name."))
        how, made = options or MapOptions(), self.finished
        written = export_map(path, made.classes, made.table, made.geo, options=how, title=path.stem)
        if path.suffix.lower() in read_back_suffixes() and not how.north_up:
            written.append(provenance.save(self._record(path, how), path, made.classes))
        return written

    def _record(self, out: Path, how: MapOptions) -> Provenance:
        record = self.record or Provenance(
            scene={"name": self.path.stem, "rows": self.array.shape[0], "cols": self.array.shape[1], "bands": 0},
            pixel_area_m2=provenance.pixel_area(self.finished.geo, self.array.shape),
        )
        chain, there = Chain(), dict[str, str]()
        if record.commands and (drawn := chain.add(record.commands)):
            there = {str(self.path.resolve()): drawn}
            for named in {record.confidence, *self.reading}:  # which the lines before write beside the map
                there |= _written_by(named, chain)
        line = self.command(out) + (" --cog" if how.cloud else "")
        chain.add([line], there)
        return dataclasses.replace(with_finishing(record, self.finished), commands=tuple(chain.lines))


def _written_by(path: str, chain: Chain) -> dict[str, str]:
    """Where the lines of a chain write the confidence, by the whole path that it has; empty where they do not."""
    known = chain.names.items() if Path(path).is_absolute() else ()
    name = next((there for named, there in known if Path(named).name == Path(path).name), "")
    return {path: name} if name else {}


def map_to_edit(
    path: Path, *, variable: str | None = None, background: str | None = None, confidence: Path | None = None
) -> EditedMap:
    """A map of a file, with what its record says of it.

    Args:
        variable: name of the array, where the file holds several; background: numbers that mean no class.
        confidence: file of the model's confidence; None for the one that the record names.

    Raises:
        HsiError: a file cannot be read, or the confidence is of other pixels.
    """
    raster = read_classes(path, variable=variable, background=background)
    record = provenance.load(path, raster.array)
    reading = ["--variable", variable] if variable else []
    reading += [f"--background={background}"] if background else []
    sure = None
    if confidence is not None:
        sure, alone = read_confidence(confidence, raster)
        reading += ["--confidence", str(confidence.resolve())]
        if record is not None and not record.finishing and alone:
            record = dataclasses.replace(
                record, confidence=str(confidence.resolve()), confidence_sha256=layer_hash(sure)
            )
    made, notes = finished_of(record, raster, sure)
    return EditedMap(path, made, record, tuple(reading), len(made.steps), (*raster.notes, *notes))
