"""Command lines that make a map again in an empty folder, from all that is known of it. Loads no torch."""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hsigui.analysis.references import Matching
from hsigui.cube.cube import Cube
from hsigui.cube.demo_spec import DemoSpec
from hsigui.cube.masked import masks_told
from hsigui.pipeline import command_lines as lines
from hsigui.pipeline.chain import Chain, chained
from hsigui.pipeline.mask_lines import UnwrittenMask, learned_with, with_masks
from hsigui.pipeline.provenance import Provenance
from hsigui.pipeline.result import Result
from hsigui.pipeline.values import Filters, LabelPaths


def lines_with(result: Result, command: str) -> tuple[str, ...]:
    """The command lines that make a map again that a command drew.

    Args:
        command: that one, with whole paths.
    """
    masks = _masks_made(masks_told(result.cube))
    if result.kept is not None:  # where it is not known how the kept one was fitted, the run is read where it lies
        return chained([*masks, *result.kept.about.get("commands", ()), command])
    drawn = "" if result.labels is None or result.labels.drawn is None else result.labels.drawn.command
    if result.nearest is not None:
        return chained([*masks, drawn, command])
    learned = result.drawn_by[0].scene.get("masked_out", {}).get("masks", ())
    masks = [*dict.fromkeys([*_masks_made(learned), *masks])]
    return chained([*masks, drawn, *_trained_by(result), command])


def _masks_made(masks: Sequence[Mapping[str, Any]]) -> list[str]:
    """The command lines that made the files of masks."""
    return [str(line) for mask in masks for line in mask.get("commands", ())]


def command_lines(
    result: Result,
    record: Provenance,
    files: LabelPaths,
    *,
    filters: Filters | None = None,
    score: bool = False,
    errors: Sequence[str] = (),
) -> tuple[str, ...]:
    """Command lines that make the map again, and with `score` measure it; none where they would not: its scene or its
    labels are in no file, its classifier is another than the run's recipe has, or labels in no file chose its epoch.

    Args:
        filters: of the map that is written; none for none.
        errors: options that write errors of the map, with their files; the lines are none where what it is measured on
            is in no file.
    """
    steps = [] if result.finishing is None else [done.told for done in result.finishing.steps]
    # The report tells how far its confidence can be relied on, unless another map is measured.
    beside = score and not (filters or result.filters).words and not steps
    beside |= any(step.startswith("--below") for step in steps)
    try:
        if result.nearest is not None:
            found = _of_matched(result, result.nearest.matching, files, filters)
        elif result.kept is not None:
            found = _of_kept(result, filters, beside)
        else:
            found = _of_fitted(result, record, files, filters, beside)
    except UnwrittenMask:
        return ()
    if not found:
        return ()
    chain = Chain()
    chain.add(found)
    if steps:
        chain.add([lines.edit(steps)])
    if files.reference is not None and (score or errors):
        made = lines.FINISHED if steps else lines.MAP
        chain.add([lines.evaluate(files.reference.resolve(), *errors, map_file=made)])
    elif errors:
        return ()
    return tuple(chain.lines)


def require_written_masks(result: Result) -> None:
    """Does nothing where commands can make the masks of a map again, or read their files.

    Raises:
        UnwrittenMask: one was drawn, or by a layer of a recipe, and is in no file.
    """
    if is_nowhere(result.cube):
        return
    scene, made = scene_argument(result.cube), lines.MAP
    with_masks(result.cube, scene, made)
    if result.nearest is None and result.kept is None:
        learned_with(result.drawn_by[0], scene, made)


def _of_kept(result: Result, filters: Filters | None, confidence: bool) -> list[str]:
    assert result.kept is not None
    if is_nowhere(result.cube):
        return []
    scene = scene_argument(result.cube)
    drawn = lines.classify(
        scene, None, result.spec, run=result.run_folder or lines.RUN, device=result.drawn_by[0].spec.device,
        filters=filters, confidence=confidence,
    )  # fmt: skip
    before = list(result.kept.about.get("commands", ()))
    if not before and result.run_folder is None:
        return []
    return [*before, *with_masks(result.cube, scene, drawn)]


def _of_matched(result: Result, matching: Matching, files: LabelPaths, filters: Filters | None) -> list[str]:
    """The lines of a map by spectra; none where its scene or spectra are in no file."""
    if is_nowhere(result.cube):
        return []
    labels = None if files.labels is None else str(files.labels.resolve())
    found = [] if result.cube.path is not None else [lines.demo(result.cube.name)]
    sample = result.origin.sample
    if files.truth is not None and sample is not None:
        found.append(lines.sample(sample.spec, files.truth))
        labels = lines.LABELS
    elif labels is not None and result.draw is not None and result.draw.command:
        found.append(result.draw.command)
    how = lines.LabelsArgument(labels, files.variable, files.background, files.buffer)
    scene = scene_argument(result.cube)
    drawn = lines.classify_by(scene, matching, how, filters)
    return [*found, *with_masks(result.cube, scene, drawn)] if drawn else []


def _of_fitted(
    result: Result, record: Provenance, files: LabelPaths, filters: Filters | None, confidence: bool
) -> list[str]:
    (encoder, _), sample = result.drawn_by, result.origin.sample
    recipe = encoder.recipe.probe
    if files.labels is None or (result.probe_spec or recipe) != recipe or is_nowhere(result.cube):
        return []
    scene, labels = scene_argument(result.cube), str(files.labels.resolve())
    found = [] if result.cube.path is not None else [lines.demo(result.cube.name)]
    if files.truth is not None and sample is not None:
        found.append(lines.sample(sample.spec, files.truth))
        labels = lines.LABELS
    elif result.draw is not None and result.draw.command:
        found.append(result.draw.command)
    run: str | Path = lines.RUN
    elsewhere = len(encoder.scenes) > 1 or encoder.scene.get("fingerprint") != record.hashes["cube"]
    if result.run_folder is not None and (encoder.command or elsewhere):
        run = result.run_folder.resolve()
        found += _trained_by(result)
    else:
        if encoder.watched_by.get("chose") and "file" not in encoder.watched_by:
            return []  # labels in no file decided which weights are kept
        spec = dataclasses.replace(encoder.spec, threads=encoder.threads)
        found += learned_with(encoder, scene, lines.pretrain(scene, spec, encoder.watched_by))
    drawn = (
        lines.classify(
            scene, labels, result.spec, run=run, device=encoder.spec.device, filters=filters,
            labels_variable=files.variable, labels_background=files.background, labels_buffer=files.buffer,
            confidence=confidence,
        )
    )  # fmt: skip
    return [*found, *with_masks(result.cube, scene, drawn)]


def scene_argument(cube: Cube) -> lines.CubeArgument:
    """The scene of the lines, read as it was."""
    info = cube.info
    return lines.CubeArgument(
        info.address or cube.path,
        info.choice,
        info.variable,
        info.quality,
        info.origins.get("scale", ""),
        info.left_out,
        info.taken_in,
    )


def is_nowhere(cube: Cube) -> bool:
    """Whether a scene is in no file, and none that the demo writes."""
    return cube.path is None and DemoSpec.named(cube.name) is None


def _trained_by(result: Result) -> list[str]:
    """The command that trained the encoder, which says on how many threads where that decides its numbers; none where
    no command did, or where it names its scene as seen from a folder that is not known any more."""
    encoder = result.drawn_by[0]
    words = shlex.split(encoder.command)
    if len(words) < 3 or (words[1] == "pretrain" and not Path(words[2]).is_absolute()):
        return []
    if encoder.threads is None or "--threads" in words:
        return [encoder.command]
    return [f"{encoder.command} --threads {encoder.threads}"]
