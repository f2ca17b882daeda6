"""Command lines of several steps, brought together so that they do the same in an empty folder.

A line as it was run names whole paths, also of what it wrote. In the chain each output has a name of its own in the
folder in which the lines are run, and whatever reads it later reads it there; what no line of the chain writes is read
where it lies. Loads no torch.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from hsigui.errors import HsiError
from hsigui.masks.using import uses_of
from hsigui.seen import free_name

OUTPUTS: Mapping[str, frozenset[str]] = {
    "sample": frozenset({"--out", "--rest"}),
    "pretrain": frozenset({"--out"}),
    "classify": frozenset({"--out", "--out-dir", "--table", "--confidence", "--entropy", "--probabilities"}),
    "derive": frozenset({"--out", "--mask"}),
    "export": frozenset({"--out", "--legend"}),
    "evaluate": frozenset({"--report", "--errors", "--confused"}),
    "study": frozenset({"--out"}),
    "demo": frozenset({"--out"}),
}
RUN, OUT, MASK = "--run", "--out", "mask"


@dataclass
class Chain:
    """Lines that were brought together.

    Attributes:
        lines: in the order in which they are to be run.
        names: path of an output, as its line named it -> its name here.
    """

    lines: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    _taken: dict[str, str] = field(default_factory=dict)  # name of an output here -> the line that writes it, unnamed

    def add(self, lines: Iterable[str], places: Mapping[str, str] | None = None) -> str:
        """Adds the lines of one map; those that are there already are not run twice.

        Args:
            places: path as the lines name it -> its name here, of outputs of what was added before.

        Returns:
            What the last line writes after `--out`, else its first output; empty where it has none.
        """
        known, trained, last = dict(places or {}), "", ""
        for line in lines:
            words = shlex.split(line)
            command = words[1] if len(words) > 1 else ""
            written = _outputs(words, command)
            for n, word in enumerate(words):
                if n > 1 and n not in written:
                    words[n] = _known(word, known, trained if trained and words[n - 1] == RUN else word)
            last = self._written(words, written, known)
            if command == "pretrain":
                trained = last
            self._append(shlex.join(words))
        return last

    def _written(self, words: list[str], written: Sequence[int], known: dict[str, str]) -> str:
        """Gives the outputs of a line their names here; that after `--out`, else the first of these."""
        unnamed = shlex.join("" if n in written else word for n, word in enumerate(words))
        first = ""
        for n in written:
            name = words[n] if _is_here(words[n]) else PurePath(words[n]).name
            if self._taken.get(name, unnamed) != unnamed:
                name = str(free_name(Path(name), lambda other: str(other) in self._taken))
            self._taken[name] = unnamed
            self.names[words[n]] = name
            known[words[n]] = words[n] = name
            first = name if words[n - 1] == OUT else first or name
        return first

    def _append(self, line: str) -> None:
        if line not in self.lines:
            self.lines.append(line)


def chained(lines: Iterable[str]) -> tuple[str, ...]:
    """The lines of one map so that they can be run one after the other in an empty folder."""
    chain = Chain()
    chain.add(filter(None, lines))
    return tuple(chain.lines)


def _known(word: str, known: Mapping[str, str], otherwise: str) -> str:
    """The name here of an output that is read; of a mask with the uses that stand behind it."""
    if word in known:
        return known[word]
    file, uses = _masked(word)
    return f"{known[file]}:{','.join(uses)}" if uses and file in known else otherwise


def _masked(word: str) -> tuple[str, tuple[str, ...]]:
    try:
        return uses_of(word)
    except HsiError:
        return word, ()


def _outputs(words: Sequence[str], command: str) -> list[int]:
    """Which words name what the line writes."""
    if command == MASK:  # hsigui mask SCENE OUT
        return [3] if len(words) > 3 and not words[3].startswith("--") else []
    options, found, option = OUTPUTS.get(command, frozenset()), list[int](), ""
    if command == "edit":  # which names it behind the map
        found.append(3)
    for n, word in enumerate(words[2:], 2):
        if word.startswith("--"):
            option = word
        elif option in options:
            found.append(n)
    return found


def _is_here(path: str) -> bool:
    return not PurePath(path).is_absolute()
