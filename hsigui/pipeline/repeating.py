"""Command lines that make a map again, from all that is known of it. Loads no torch."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from hsigui.pipeline import command_lines as lines
from hsigui.pipeline.provenance import Provenance
from hsigui.pipeline.result import Result
from hsigui.pipeline.values import Filters, LabelPaths


def command_lines(
    result: Result, record: Provenance, files: LabelPaths, *, filters: Filters | None = None, score: bool = False
) -> tuple[str, ...]:
    """Command lines that make the map again, and with `score` measure it; none where its labels are in no file, or
    where the classifier is another than the run's recipe has.

    Args:
        filters: of the map that is written; none for none.
    """
    recipe = result.encoder.recipe.probe
    if files.labels is None or (result.probe_spec or recipe) != recipe:
        return ()
    path, drawn_from, labels = result.cube.path, files.truth, str(files.labels.resolve())
    scene = lines.CubeArgument(path, result.choice, result.cube.info.variable, result.cube.info.quality)
    found = [] if path is not None else [lines.demo(result.cube.name)]
    run: str | Path = lines.RUN
    encoder, sample = result.encoder, result.origin.sample
    if drawn_from is not None and sample is not None:
        found.append(lines.sample(sample.spec, drawn_from))
        labels = lines.LABELS
    elif result.draw is not None and result.draw.command:
        found.append(result.draw.command)
    elsewhere = len(encoder.scenes) > 1 or encoder.scene.get("fingerprint") != record.hashes["cube"]
    if result.run_folder is not None and (encoder.command or elsewhere):
        run = result.run_folder.resolve()
        found += [_on_its_threads(encoder.command, encoder.threads)] if encoder.command else []
    else:
        found.append(lines.pretrain(scene, dataclasses.replace(encoder.spec, threads=encoder.threads)))
    done = filters or Filters()
    found.append(
        lines.classify(
            scene, labels, result.spec, run=run, device=encoder.spec.device, majority=done.majority, sieve=done.sieve
        )
    )
    if score and files.reference is not None:
        found.append(lines.evaluate(files.reference.resolve()))
    return tuple(found)


def _on_its_threads(command: str, threads: int | None) -> str:
    """The command that trained an encoder, which says on how many threads where that decides its numbers."""
    return command if threads is None or "--threads" in command else f"{command} --threads {threads}"
