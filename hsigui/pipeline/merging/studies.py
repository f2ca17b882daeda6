"""One study from several folders, as jobs on machines without a shared disk leave them.

Processes that share a folder need no merging: all of them read what all have written. Here the lines of several folders
are brought into one, where the command of the study then finds nothing left to compute and writes the whole report.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hsigui import untrusted
from hsigui.claims import Claim, Claims
from hsigui.errors import HsiError
from hsigui.pipeline.study.log import FORMAT, RESULTS, SETTINGS, require_same, result_files
from hsigui.saving import written_beside
from hsigui.texts import say, say_number

_KEY = ("kind", "method", "preset", "untrained", "context", "split", "labels", "draw", "recipe")
_OF_RUN = ("map_s", "pretrain_s", "features_s", "device")  # figures that differ from run to run


@dataclass(frozen=True)
class MergedStudy:
    """What was brought together.

    Attributes:
        scores: draws of methods that are known now.
        notes: what a reader should know, a sentence each.
    """

    folder: Path
    scores: int
    failures: int
    notes: tuple[str, ...]


def is_study(folder: Path) -> bool:
    """Whether a folder holds results of a study."""
    try:
        return bool(untrusted.json_of((folder / SETTINGS).read_text(encoding="utf-8"))["format"] == FORMAT)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def merge_studies(folders: Sequence[Path], out: Path) -> MergedStudy:
    """Brings the results of some folders of one study into another, which may hold some already.

    Args:
        folders: each as `hsigui study --out` writes it. Encoders and features are not copied.

    Raises:
        HsiError: the folders are of different studies, one cannot be read, a process is at work in `out`, or it cannot
            be written.
    """
    sources = [*folders, *([out] if is_study(out) else [])]
    about = untrusted.json_of((folders[0] / SETTINGS).read_text(encoding="utf-8"))
    for folder in sources[1:]:
        require_same(folder, about)
    claims = Claims()
    try:
        out.mkdir(parents=True, exist_ok=True)
        claim = claims.take(out / f"{RESULTS}.claim")
    except OSError as error:
        raise HsiError(
            say("{folder} cannot be used: {strerror}.", folder=out, strerror=error.strerror or error),
            say("Choose another folder."),
        ) from error
    if not isinstance(claim, Claim):
        raise HsiError(say("{owner} is at work in {folder}.", owner=claim, folder=out), say("Wait for it."))
    with claim:
        return _merged(sources, out, about)


def _merged(sources: Sequence[Path], out: Path, about: Mapping[str, Any]) -> MergedStudy:
    lines: dict[tuple[str, ...], dict[str, Any]] = {}
    twice = different = failures = 0
    for line in (line for folder in sources for path in result_files(folder) for line in _lines_of(path)):
        if line.get("kind") == "failure":
            failures += 1
            continue  # the command tries again what failed
        key = tuple(str(line.get(name)) for name in _KEY)
        if key in lines:
            twice += 1
            different += line["kind"] == "score" and _figures(line) != _figures(lines[key])
        lines.setdefault(key, line)
    settings, results = out / SETTINGS, out / RESULTS
    with written_beside(settings, results) as (settings_scratch, results_scratch):
        settings_scratch.write_text(json.dumps(about, indent=1), encoding="utf-8")
        text = "".join(json.dumps(line, allow_nan=False) + "\n" for line in lines.values())
        results_scratch.write_text(text, encoding="utf-8", newline="")
    for path in result_files(out):
        if path != results:
            path.unlink()  # its lines stand in the one that was just written
    notes = []
    if twice:
        notes.append(
            say_number("{count} result stands in several folders: the first counts.",
                       "{count} results stand in several folders: the first counts.", twice)
        )  # fmt: skip
    if different:
        notes.append(
            say_number("{count} of them has other figures in another folder, as from another device.",
                       "{count} of them have other figures in another folder, as from another device.", different)
        )  # fmt: skip
    return MergedStudy(out, sum(line["kind"] == "score" for line in lines.values()), failures, tuple(notes))


def _lines_of(path: Path) -> list[dict[str, Any]]:
    """The whole lines of a file; one that a crash has cut off is left out, as the study itself does."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise HsiError(
            say("{path} cannot be read: {reason}.", path=path, reason=error.strerror or error),
            say("Check the rights of the file."),
        ) from error
    found = []
    for number, text in enumerate(content[: content.rfind(b"\n") + 1].decode("utf-8", "replace").splitlines(), start=1):
        try:
            line = untrusted.json_of(text)
            if not isinstance(line, dict) or not isinstance(line["kind"], str):
                raise TypeError
        except (ValueError, KeyError, TypeError) as error:
            raise HsiError(
                say("Line {number} of {path} cannot be read.", number=number, path=path),
                say("Remove that line; its result is computed again."),
            ) from error
        found.append(line)
    return found


def _figures(line: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in line.items() if name not in _OF_RUN}
