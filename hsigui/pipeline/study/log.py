"""The results of a study as they come, one JSON object a line, so that a study that was stopped can go on. Loads no
torch.

The folder holds `settings.json` (what the results belong to) and `results.jsonl`, whose lines are of a `kind`: "score",
"timing" or "failure". Each line is on the disk before the next result is computed; a line that was cut off by a crash
is left out, and written over. Several processes may work in one folder: the first writes `results.jsonl`, each other
one `results-HOST-PROCESS.jsonl`, since no two can append to one file safely on a disk that machines share; all read
all. What one computes is claimed (`claims`), so that the others compute something else meanwhile.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from hsigui import untrusted
from hsigui.claims import Claim, Claims, Owner
from hsigui.errors import HsiError
from hsigui.pipeline.study.plan import StudySpec
from hsigui.report.study import Candidate, ClassScore, Failure, RowKey, Score, Timing
from hsigui.saving import written_beside
from hsigui.texts import say

SETTINGS, RESULTS = "settings.json", "results.jsonl"
RUNS = "runs"  # the folder of the encoders
_OF_OTHERS, _CLAIM = "results-*.jsonl", ".claim"
FORMAT = "hsigui-study-results"

Key = tuple[RowKey, str, int, int]  # row, split, labels, draw


class StudyLog:
    """Results in a folder; to be closed, or used in a `with`.

    Args:
        folder: made when missing.
        settings: name -> value, JSON-ready: what results must share to stand in one table.
        recipes: method -> a text that changes with its recipe; results of another recipe are computed again.

    Attributes:
        scores: found there and added since; those of one draw once.
        timings: by row.

    Raises:
        HsiError: the folder holds results of other settings, or cannot be read or written.
    """

    def __init__(self, folder: Path, settings: Mapping[str, Any], recipes: Mapping[str, str]) -> None:
        self.folder, self._recipes = folder, recipes
        self._claims = Claims()
        self._writing: Claim | None = None  # of `results.jsonl`
        self._ours: Path | None = None  # the file that this process writes, once it has written
        self._read_to: dict[Path, int] = {}  # bytes of each file
        self.scores: dict[Key, Score] = {}
        self.timings: dict[RowKey, Timing] = {}
        about = {"format": FORMAT, **settings}
        try:
            if (folder / SETTINGS).exists():
                require_same(folder, about)
            elif (folder / RESULTS).exists():
                raise HsiError(
                    say("{path} belongs to an unknown study.", path=folder / RESULTS), say("Choose another folder.")
                )
            else:
                with written_beside(folder / SETTINGS) as (beside,):
                    beside.write_text(json.dumps(about, indent=1), encoding="utf-8")
        except OSError as error:
            raise self._refused(error) from error
        self.read_again()

    def __enter__(self) -> StudyLog:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Lets another process write the file that this one has written."""
        if self._writing is not None:
            self._writing.release()
            self._writing = None

    def claim(self, name: str) -> Claim | Owner:
        """The right to compute the results of an encoder, by its name; or who is at it.

        Raises:
            HsiError: the folder cannot be written to.
        """
        try:
            return self._claims.take(self.folder / f"{name}{_CLAIM}")
        except OSError as error:
            raise self._refused(error) from error

    def _refused(self, error: OSError) -> HsiError:
        return HsiError(
            say("{folder} cannot be used: {strerror}.", folder=self.folder, strerror=error.strerror or error),
            say("Choose another folder."),
        )

    def found(self, candidate: Candidate, spec: StudySpec) -> list[Score]:
        """The scores of a method that a study asks for, in order; the folder may hold more draws than that."""
        keys = _keys(candidate, spec)
        return [self.scores[key] for key in keys if key in self.scores]

    def missing(self, candidate: Candidate, spec: StudySpec) -> list[tuple[str, int, int]]:
        """Split, labels and number of the draws of a method that are yet to be computed."""
        return [key[1:] for key in _keys(candidate, spec) if key not in self.scores]

    def add_score(self, score: Score) -> None:
        self._append({"kind": "score", **asdict(score)}, score.key)
        self.scores[_key(score)] = score

    def add_timing(self, candidate: Candidate, timing: Timing) -> None:
        self._append({"kind": "timing", **candidate.key._asdict(), **asdict(timing)}, candidate.key)
        self.timings[candidate.key] = timing

    def add_failure(self, failure: Failure, trace: str) -> None:
        """Keeps why something failed; it is tried again by the next run."""
        self._append({"kind": "failure", **asdict(failure), "trace": trace}, failure.key)

    def _append(self, line: dict[str, Any], key: RowKey) -> None:
        text = json.dumps({**line, "recipe": self._recipe(key)}, allow_nan=False) + "\n"
        path = self.folder / RESULTS
        try:
            path = self._ours = self._ours or self._file_of_ours()
            with path.open("a", encoding="utf-8", newline="") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
                self._read_to[path] = file.tell()
        except OSError as error:
            raise HsiError(
                say("{path} cannot be written: {strerror}.", path=path, strerror=error.strerror or error),
                say("Make room; the same command goes on from what is there."),
            ) from error

    def _file_of_ours(self) -> Path:
        """The file to append to, without a last line that a crash has cut off."""
        claim = self._claims.take(self.folder / f"{RESULTS}{_CLAIM}")
        if isinstance(claim, Claim):
            self._writing, path = claim, self.folder / RESULTS
            self.read_again()  # what the one before has written meanwhile
        else:
            path = self.folder / f"results-{socket.gethostname()}-{os.getpid()}.jsonl"
        if path.exists() and path.stat().st_size > self._read_to.get(path, 0):
            os.truncate(path, self._read_to.get(path, 0))
        return path

    def _recipe(self, key: RowKey) -> str | None:
        """What changes with the recipe of a row; None of a method that is not in this study."""
        recipe = self._recipes.get(key.method)
        return recipe and "-".join(filter(None, (recipe, "untrained" if key.untrained else "", key.context)))

    def read_again(self) -> None:
        """Takes what other processes have found since the folder was read.

        Raises:
            HsiError: it cannot be read.
        """
        try:
            for path in result_files(self.folder):
                if path != self._ours:
                    self._read(path)
        except OSError as error:
            raise self._refused(error) from error

    def _read(self, path: Path) -> None:
        """Reads the whole lines that have come; what stands behind the last end of a line is still being written."""
        start = self._read_to.get(path, 0)
        with path.open("rb") as file:
            before = file.read(start).count(b"\n") if start else 0
            file.seek(start)
            new = file.read()
        complete = new.rfind(b"\n") + 1
        for number, line in enumerate(new[:complete].decode("utf-8").splitlines(), start=before + 1):
            try:
                self._take(untrusted.json_of(line))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise HsiError(
                    say("Line {number} of {path} cannot be read.", number=number, path=path),
                    say("Remove that line; its result is computed again."),
                ) from error
        self._read_to[path] = start + complete

    def _take(self, line: dict[str, Any]) -> None:
        kind, recipe = line.pop("kind"), line.pop("recipe")
        key = RowKey(line["method"], line["preset"], line.get("untrained", False), line.get("context", ""))
        if self._recipe(key) not in (recipe, None):
            return
        if kind == "score":
            classes = tuple(ClassScore(**entry) for entry in line.pop("classes"))
            score = Score(**line, classes=classes)
            self.scores[_key(score)] = score
        elif kind == "timing":
            own = {name: value for name, value in line.items() if name not in RowKey._fields}
            self.timings[key] = Timing(**own)


def _keys(candidate: Candidate, spec: StudySpec) -> list[Key]:
    wanted = ((split, labels, draw) for split, labels in spec.drawings() for draw in range(spec.draws))
    return [(candidate.key, *draw) for draw in wanted]


def _key(score: Score) -> Key:
    return score.key, score.split, score.labels, score.draw


def result_files(folder: Path) -> list[Path]:
    """The files of results that are in a folder, of all processes that worked there."""
    return [path for path in (folder / RESULTS, *sorted(folder.glob(_OF_OTHERS))) if path.exists()]


def require_same(folder: Path, about: Mapping[str, Any]) -> None:
    """Refuses a folder of another study, and says in what they differ.

    Raises:
        HsiError: it is another study, or none.
        OSError: its settings cannot be read.
    """
    try:
        there = untrusted.json_of((folder / SETTINGS).read_text(encoding="utf-8"))
        known = there["format"] == FORMAT
    except (ValueError, KeyError, TypeError):
        known = False
    hint = say("Choose another folder for this study, or remove that one to begin anew.")
    if not known:
        raise HsiError(say("{folder} does not belong to a study.", folder=folder / SETTINGS), hint)
    other = [name for name in {**there, **about} if there.get(name) != about.get(name)]
    if other:
        raise HsiError(
            say("{folder} holds a study that differs in: {other}.", folder=folder, other=", ".join(other)), hint
        )
