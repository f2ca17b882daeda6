"""A Python script that does what command lines do: the same steps by `import hsigui`, with variables for what passes
from one to the next. Loads no torch.

Only what the lines of a map can hold is translated (see `command_lines`, and the commands that trained and drew); a
line with another option has no script rather than a wrong one.
"""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

from hsigui.errors import HsiError
from hsigui.masks.using import MAP, PRETRAIN, STATISTICS, uses_of
from hsigui.masks.words import STEPS
from hsigui.texts import say

READING = frozenset({"--variable", "--axes", "--size", "--order", "--wavelengths", "--bad-bands", "--units",
                     "--quality", "--scale", "--leave-out-bands", "--take-in-bands"})  # fmt: skip
FLAGS = frozenset({"--headless", "--no-monitor", "--cog", "--bare", "--north-up", "--resample", "--invert",
                   "--by-share"})  # fmt: skip
MANY = frozenset({"--out", "--legend"})  # options of an export that take as many words as follow
TRAINING = {
    "--method": str, "--preset": str, "--epochs": int, "--seed": int, "--device": str, "--start": str, "--from": str,
    "--mask-out": str, "--normalise": str, "--patience": int, "--precision": str, "--threads": int,
}  # fmt: skip
SPEC_NAMES = {"--from": "begin_from", "--mask-out": "mask_out"}
DRAWING = {"--smooth": float, "--edges": float, "--context": str}
FILTERS = {"--majority": int, "--sieve": int, "--connectivity": int}
WRITING = {"--title": str, "--simplify": float}  # with the flags and --mmu: how a map is written
SAMPLING = {
    "--per-class": int, "--percent": float, "--seed": int, "--split": str, "--block": int, "--strokes": int,
    "--pixels": int,
}  # fmt: skip
OF_ZONES = {"--zones": "zones", "--zone-field": "zone_field", "--zone-layer": "zone_layer"}
MASKS = frozenset({"--mask", "--masked"})
JOINING = frozenset({"--sort", "--mosaic", "--onto", "--resampling"})
WRITTEN = {"--interleave": str, "--type": str, "--to-scale": float, "--cog": bool}  # how a cube is written
SIMULATING = {"--fields": str, "--noise": float, "--white": float, "--seed": int}


def python_of(lines: Iterable[str], *, keep: bool = False) -> str:
    """The script, each statement on a line of its own.

    Args:
        lines: as `chained` brings them together.
        keep: also write the labels that a line draws where no later one reads them.

    Raises:
        HsiError: a line does something that is not translated.
    """
    script = _Script()
    read = [_Line.read(line) for line in lines]
    for line in read:
        script.add(line)
    if keep and read and read[-1].command == "sample":
        script.write(read[-1])
    return "\n".join(["import hsigui", *script.imports, "", *script.statements, ""])


@dataclass(frozen=True)
class _Line:
    """A command line: what it is asked for, the words without an option, and the options with their values; `in_order`
    has them as they stand, each with its last value."""

    command: str
    words: tuple[str, ...]
    options: Mapping[str, tuple[str, ...]]
    in_order: tuple[tuple[str, str], ...] = ()

    @classmethod
    def read(cls, line: str) -> _Line:
        words, found, option = list[str](), dict[str, tuple[str, ...]](), ""
        order = list[tuple[str, str]]()
        program, command, *rest = shlex.split(line)
        if program != "hsigui":
            raise _untranslated(program)
        for word in rest:
            if word.startswith("--"):
                word, joined, value = word.partition("=")
                found[word] = (*found.get(word, ()), value) if joined else found.get(word, ())
                order.append((word, value))
                option = "" if joined or word in FLAGS else word
            elif option:
                found[option] = (*found[option], word)
                order[-1] = (option, word)
                option = option if command == "export" and option in MANY else ""
            else:
                words.append(word)
        return cls(command, tuple(words), found, tuple(order))

    @property
    def word(self) -> str:
        """The only one without an option."""
        if len(self.words) != 1:
            raise _untranslated(" ".join([self.command, *self.words]))
        return self.words[0]

    def one(self, option: str) -> str:
        """The value of an option; empty where it is not given."""
        return self.options[option][-1] if option in self.options else ""

    def arguments(self, known: Mapping[str, Callable[[str], object]], names: Mapping[str, str]) -> list[str]:
        """The options that are given, as arguments of a call."""
        return [
            f"{names.get(option, option[2:].replace('-', '_'))}={kind(self.one(option))!r}"
            for option, kind in known.items() if option in self.options
        ]  # fmt: skip

    def only(self, *known: Iterable[str]) -> None:
        """Refuses options that are none of these."""
        for option in self.options.keys() - set().union(*known):
            raise _untranslated(f"{self.command} {option}")


@dataclass
class _Script:
    """Statements so far, and the variables that hold what a file of the lines would."""

    imports: list[str] = field(default_factory=list)
    statements: list[str] = field(default_factory=list)
    _held: dict[str, str] = field(default_factory=dict)  # a file (or a cube and how it is read) -> its variable
    _taken: set[str] = field(default_factory=set)

    def add(self, line: _Line) -> None:
        steps = {
            "demo": self._demo, "sample": self._sample, "pretrain": self._pretrain, "classify": self._classify,
            "export": self._export, "evaluate": self._evaluate, "info": self._info, "labels": self._read_labels,
            "derive": self._derive, "edit": self._edit, "mask": self._mask, "areas": self._areas,
            "statistics": self._statistics, "prepare": self._prepare,
        }  # fmt: skip
        if line.command not in steps:
            raise _untranslated(line.command)
        steps[line.command](line)

    def write(self, line: _Line) -> None:
        """Writes what a line would write that the script only holds."""
        for option in ("--out", "--rest"):
            self._written(line.one(option))

    # The steps

    def _info(self, line: _Line) -> None:
        line.only(READING)
        path = line.word
        self._say(_call("print", self._cube(path, line)))

    def _read_labels(self, line: _Line) -> None:
        line.only(("--scene", "--variable", "--background", "--buffer"))
        path, out = line.words
        scene = line.one("--scene")
        cube = self._cube(scene, dataclasses.replace(line, options={})) if scene else ""
        more = line.arguments({"--variable": str, "--background": str, "--buffer": str}, {})
        labels = self._new("labels", _call("hsigui.read_labels", repr(path), *([cube] if cube else []), *more))
        self._held[out] = labels
        self._say(_call("hsigui.save", labels, repr(out)))

    def _demo(self, line: _Line) -> None:
        line.only(SIMULATING, ("--headless", "--out", "--size"))
        rows, cols = line.one("--size").split("x") if "--size" in line.options else ("", "")
        size = [f"rows={rows}", f"cols={cols}"] if rows else []
        self._import("from hsigui.cube.demo import write_demo")
        self._say(_call("write_demo", repr(line.one("--out")), *line.arguments(SIMULATING, {}), *size))

    def _sample(self, line: _Line) -> None:
        line.only(SAMPLING, ("--out", "--rest", "--guard", "--variable", "--background", "--buffer"))
        how = (line.one(f"--{name}") for name in ("variable", "background", "buffer"))
        truth = self._labels(line.word, next(how), "", *how)
        guard = line.one("--guard")
        more = [f"guard={guard if guard.isdigit() else repr(guard)}"] if guard else []
        split = self._new("split", _call("hsigui.sample", truth, *line.arguments(SAMPLING, {}), *more))
        self._held[line.one("--out")] = f"{split}.train"
        self._held[line.one("--rest")] = f"{split}.test"

    def _pretrain(self, line: _Line) -> None:
        own = ("--out", "--set", "--no-monitor", "--monitor-labels", "--monitor-labels-variable",
               "--monitor-labels-background", "--monitor-labels-buffer", "--manifest")  # fmt: skip
        line.only(TRAINING, READING, MASKS, own)
        cubes = [self._cube(path, line) for path in line.words]
        if listed := line.options.get("--manifest", ()):
            if cubes or "--monitor-labels" in line.options:
                raise _untranslated("--manifest")
            cubes = [self._new("scenes", _call("hsigui.read_manifest", repr(listed[-1])))]
        self._written(line.one("--mask-out"))
        spec = line.arguments(TRAINING, SPEC_NAMES)
        spec += ["monitor=False"] if "--no-monitor" in line.options else []
        if "--set" in line.options:
            spec.append(f"settings={dict(map(_setting, line.options['--set']))!r}")
        more = [f"spec={_call('hsigui.PretrainSpec', *spec)}", f"folder={line.one('--out')!r}"]
        if "--monitor-labels" in line.options:
            watched = self._labels_of(line, "--monitor-labels", cubes[0])
            more.append(f"labels={watched}")
        more += self._masks(line, PRETRAIN)
        first = cubes[0] if len(cubes) == 1 else f"[{', '.join(cubes)}]"
        self._held[line.one("--out")] = self._new("encoder", _call("hsigui.pretrain", first, *more))

    def _classify_by(self, line: _Line) -> None:
        own = ("--by", "--library", "--spectrum", "--class", "--group-by", "--pixel", "--threshold", "--threshold-of",
               "--between", "--labels", "--labels-variable", "--labels-background", "--labels-buffer", "--out",
               "--confidence", "--entropy")  # fmt: skip
        line.only(FILTERS, READING, MASKS, own)
        (path,) = line.words
        cube, many = self._cube(path, line), line.options
        how = [repr(line.one("--library"))] if "--library" in many else []
        how.append(f"by={line.one('--by')!r}")
        how += line.arguments({"--threshold": float}, {})
        if "--threshold-of" in many:
            limits = (text.rpartition("=") for text in many["--threshold-of"])
            how.append(f"thresholds={ {name: float(value) for name, _, value in limits}!r}")
        if "--spectrum" in many:
            how.append(f"spectra={list(many['--spectrum'])!r}")
        if "--class" in many:
            pairs = (text.partition("=") for text in many["--class"])
            how.append(f"groups={ {name: group for group, _, name in pairs}!r}")
        how += [f"groups={line.one('--group-by')!r}"] if "--group-by" in many else []
        if "--pixel" in many:
            places: dict[str, list[tuple[int, ...]]] = {}
            for name, _, at in (text.rpartition("=") for text in many["--pixel"]):
                places.setdefault(name, []).append(tuple(map(int, at.split(","))))
            alone = {name: own[0] if len(own) == 1 else own for name, own in places.items()}
            how.append(f"pixels={alone!r}")
        if "--labels" in many:
            how.append(f"labels={self._labels_of(line, '--labels', cube)}")
        if "--between" in many:
            how.append(f"between={tuple(map(float, line.one('--between').split(',')))!r}")
        filters = line.arguments(FILTERS, {})
        how += [f"filters={_call('hsigui.Filters', *filters)}"] if filters else []
        how += self._masks(line, MAP)
        result = self._new("result", _call("hsigui.classify_by", cube, *how))
        self._held[line.one("--out")] = result
        layers = line.arguments({"--confidence": str, "--entropy": str}, {})
        self._say(_call("hsigui.save", result, repr(line.one("--out")), *layers))

    def _classify(self, line: _Line) -> None:
        if "--by" in line.options:
            self._classify_by(line)
            return
        own = ("--run", "--probe", "--labels", "--labels-variable", "--labels-background", "--labels-buffer",
               "--device", "--out", "--confidence", "--entropy", "--probabilities", "--cog")  # fmt: skip
        line.only(DRAWING, FILTERS, READING, MASKS, own)
        path = line.word
        cube, run, out = self._cube(path, line), line.one("--run"), line.one("--out")
        device = [*line.arguments({"--device": str}, {}), *self._masks(line, MAP)]
        how = line.arguments(DRAWING, {})
        filters = line.arguments(FILTERS, {})
        how += [f"filters={_call('hsigui.Filters', *filters)}"] if filters else []
        layers = {"--confidence": str, "--entropy": str, "--probabilities": str}
        how += ["probabilities=True"] if "--probabilities" in line.options else []
        if line.one("--probe") == "kept":
            classifier = self._new("classifier", _call("hsigui.load_classifier", repr(run)))
            result = self._new("result", _call("hsigui.classify", cube, classifier, *how, *device))
        else:
            encoder = self._held.get(run) or self._new("encoder", _call("hsigui.load_encoder", repr(run)))
            labels = self._labels_of(line, "--labels", cube)
            features = self._new("features", _call("hsigui.embed", cube, encoder, f"folder={run!r}", *device))
            classifier = self._new("classifier", _call("hsigui.fit", features, labels))
            result = self._new("result", _call("hsigui.classify", features, classifier, *how))
            self._say(_call("hsigui.keep", result))
        self._held[out] = result
        written = [*line.arguments(layers, {}), *self._options(line, result)]
        self._say(_call("hsigui.save", result, repr(out), *written))

    def _edit(self, line: _Line) -> None:
        source, out = line.words[:2]
        if source not in self._held or len(line.words) > 2:
            raise _untranslated(line.command)
        steps = [
            " ".join(filter(None, (option.removeprefix("--"), value and shlex.quote(value))))
            for option, value in line.in_order if option not in ("--confidence", "--cog")
        ]  # fmt: skip
        result = self._new("result", _call("hsigui.edit", self._held[source], *map(repr, steps)))
        self._held[out] = result
        self._say(_call("hsigui.save", result, repr(out), *self._options(line, result)))

    def _export(self, line: _Line) -> None:
        line.only(FILTERS, WRITING, ("--out", "--legend", "--mmu", "--cog", "--bare", "--north-up"))
        if line.word not in self._held:
            raise _untranslated(line.command)
        result = self._held[line.word]
        if line.options.keys() & FILTERS.keys():
            filters = _call("hsigui.Filters", *line.arguments(FILTERS, {}))
            result = self._new("result", f"{result}.filtered({filters})")
        how = self._options(line, result)
        for out in line.options["--out"]:
            if "--north-up" not in line.options:  # of other pixels than the map
                self._held[out] = result
            self._say(_call("hsigui.save", result, repr(out), *how))
        for legend in line.options.get("--legend", ()):
            self._import("from hsigui.labels.formats.class_tables import write_table")
            self._say(_call("write_table", repr(legend), f"{result}.classes"))

    def _options(self, line: _Line, result: str) -> list[str]:
        """How a map is written, as an argument; none where nothing is said of it."""
        flags = {"--cog": "cloud", "--bare": "bare", "--north-up": "north_up"}
        how = [f"{name}=True" for flag, name in flags.items() if flag in line.options]
        how += line.arguments(WRITING, {})
        if unit := line.one("--mmu"):
            if not unit.isdigit():  # an area, which is known in pixels where the size of one is
                self._import("from hsigui.report.mapping_unit import smallest_unit")
                unit = _call("smallest_unit", repr(unit), f"{result}.cube.geo", f"{result}.array.shape")
            how.append(f"smallest={unit}")
        return [f"options={_call('hsigui.MapOptions', *how)}"] if how else []

    def _derive(self, line: _Line) -> None:
        known = ("--set", "--pixel", "--left-out", "--out", "--mask", "--above", "--below", "--measure", "--cog")
        line.only(READING, ("--masked",), known)
        path, kind = line.words
        cube = self._cube(path, line)
        more = [f"{name}={value!r}" for name, value in map(_setting, line.options.get("--set", ()))]
        pixels = [tuple(map(int, text.split(","))) for text in line.options.get("--pixel", ())]
        if pixels:
            spectra = (f"{f'pixel {row}, {col}'!r}: {cube}.spectrum({row}, {col})" for row, col in pixels)
            more.append(f"spectra={{{', '.join(spectra)}}}")
        if "--left-out" in line.options:
            more.append(f"left_out={self._labels(line.one('--left-out'), '', cube)}.array > 0")
        more += self._masks(line, STATISTICS)
        layer = self._new("layer", _call("hsigui.derive", cube, repr(kind), *more))
        written = self._options(line, layer)
        self._say(_call("hsigui.save", layer, repr(line.one("--out")), *written))
        if "--mask" in line.options:
            ends = line.arguments({"--above": float, "--below": float}, {"--above": "low", "--below": "high"})
            ends += [f"measure={int(line.one('--measure')) - 1}"] if "--measure" in line.options else []
            mask = self._new("mask", f"{layer}.{_call('masked', *ends)}")
            self._say(_call("hsigui.save", mask, repr(line.one("--mask")), *written))

    def _prepare(self, line: _Line) -> None:
        *scenes, out = line.words
        read = {name: value for name, value in line.options.items() if name in READING}
        cubes = [self._cube(path, dataclasses.replace(line, options=read)) for path in scenes]
        steps = list[str]()
        for name, value in line.in_order:
            words = " ".join(filter(None, (name.removeprefix("--"), value and shlex.quote(value))))
            of_grid = name == "--resampling" and bool(steps) and steps[-1].startswith("grid ")
            if of_grid or name in ("--dark", "--white-dark", "--panel"):  # parts of the step before
                steps[-1] += f" --{words}"
            elif name not in READING | JOINING | WRITTEN.keys():
                steps.append(words)
        how = ["by_wavelength=True"] if "--sort" in line.options else []
        how += line.arguments({"--mosaic": str, "--onto": str}, {})
        how += line.arguments({"--resampling": str}, {}) if "--onto" in line.options else []
        first = cubes[0] if len(cubes) == 1 else f"[{', '.join(cubes)}]"
        made = self._new("prepared", _call("hsigui.prepare", first, *map(repr, steps), *how))
        options = {name: kind for name, kind in WRITTEN.items() if kind is not bool}
        written = line.arguments(options, {"--type": "dtype", "--to-scale": "scale"})
        written += ["cloud=True"] if "--cog" in line.options else []
        self._say(_call("hsigui.save_cube", made, repr(out), *written))

    def _mask(self, line: _Line) -> None:
        steps = {f"--{name}" for name, _, _ in STEPS}
        line.only(READING, steps, ("--name",))
        path, out = line.words
        read = {name: value for name, value in line.options.items() if name not in steps}
        cube = self._cube(path, dataclasses.replace(line, options=read))
        found = [repr(name[2:]) if name in FLAGS else repr((name[2:], self._step(name, value)))
                 for name, value in line.in_order if name in steps]  # fmt: skip
        named = line.one("--name") or PurePath(out).stem
        mask = self._new("mask", _call("hsigui.mask", cube, *found, f"name={named!r}"))
        self._held[out] = mask
        self._say(_call("hsigui.save", mask, repr(out)))

    def _step(self, option: str, value: str) -> str:
        """What a step of a mask is given; labels that were drawn before are written first."""
        if option in ("--class", "--polygons"):
            self._written(value)
        return value

    def _masks(self, line: _Line, use: str) -> list[str]:
        """The masks of a line for a use, as an argument; none where it has none."""
        names = ("--masked",) if line.command == "derive" else ("--masked", "--mask")
        given = [text for name in names for text in line.options.get(name, ())]
        found = [self._held.get(file, repr(file)) for file, uses in map(uses_of, given) if not uses or use in uses]
        if not found:
            return []
        return [f"mask={found[0]}" if len(found) == 1 else f"mask=[{', '.join(found)}]"]

    def _evaluate(self, line: _Line) -> None:
        how = ("--truth-variable", "--truth-background", "--truth-buffer")
        line.only(("--truth", "--report", "--errors", "--confused"), how)
        path = line.word
        truth = line.one("--truth")
        more = line.arguments(dict.fromkeys(how, str), {})
        score = self._new(
            "score", _call("hsigui.evaluate", *(self._held.get(x, repr(x)) for x in (path, truth)), *more)
        )
        if "--report" in line.options:
            self._say(_call("hsigui.save", score, repr(line.one("--report"))))
        for option, more in (("--errors", []), ("--confused", ["by_pair=True"])):
            for path in line.options.get(option, ()):
                self._say(_call(f"{score}.write_errors", repr(path), *more))

    def _areas(self, line: _Line) -> None:
        line.only(OF_ZONES, ("--by-share",))
        path, *outs = line.words
        how = [repr(line.one("--zones"))] if "--zones" in line.options else []
        how += line.arguments({"--zone-field": str, "--zone-layer": str}, {})
        how += ["by_share=True"] if "--by-share" in line.options else []
        areas = self._new("areas", _call("hsigui.areas", self._held.get(path, repr(path)), *how))
        for out in outs:
            self._say(_call(f"{areas}.save", repr(out)))

    def _statistics(self, line: _Line) -> None:
        line.only(OF_ZONES, READING, ("--out",))
        cube = self._cube(line.word, line)
        how = line.arguments(dict.fromkeys(OF_ZONES, str), OF_ZONES)
        statistics = self._new("statistics", _call("hsigui.statistics", cube, *how))
        self._say(_call(f"{statistics}.save", repr(line.one("--out"))))

    # Their parts

    def _cube(self, path: str, line: _Line) -> str:
        """The variable of a scene; scenes that are read alike have one."""
        how = [f"variable={line.one('--variable')!r}"] if "--variable" in line.options else []
        if "--axes" in line.options:
            how = [f"choice={_choice(line)}"]
        elif line.options.keys() & {"--size", "--order", "--wavelengths", "--bad-bands", "--units"}:
            raise _untranslated(f"{line.command} --units")
        how += [f"quality={line.one('--quality').split(',')!r}"] if "--quality" in line.options else []
        how += [f"scale={float(line.one('--scale'))!r}"] if "--scale" in line.options else []
        for option, name in (("--leave-out-bands", "leave_out"), ("--take-in-bands", "take_in")):
            how += [f"{name}={_bands(line.one(option))!r}"] if option in line.options else []
        call = _call("hsigui.open", repr(path), *how)
        if call not in self._held:
            self._held[call] = self._new("cube", call)
        return self._held[call]

    def _labels_of(self, line: _Line, option: str, cube: str) -> str:
        """The labels that an option names, read as those beside it say."""
        variable, background, buffer = (line.one(f"{option}-{name}") for name in ("variable", "background", "buffer"))
        return self._labels(line.one(option), variable, cube, background, buffer)

    def _labels(self, path: str, variable: str, cube: str, background: str = "", buffer: str = "") -> str:
        """Labels that were drawn before, or those of a file."""
        if path in self._held and not (variable or background or buffer):
            return self._held[path]
        more = [cube] if cube else []
        more += [f"variable={variable!r}"] if variable else []
        more += [f"background={background!r}"] if background else []
        more += [f"buffer={buffer!r}"] if buffer else []
        call = _call("hsigui.read_labels", repr(path), *more)
        if call not in self._held:
            self._held[call] = self._new("labels" if cube else "truth", call)
        return self._held[call]

    def _written(self, path: str) -> None:
        """Writes labels that were drawn before where a file of them is asked for."""
        if path in self._held:
            self._say(_call("hsigui.save", self._held[path], repr(path)))

    def _new(self, name: str, value: str) -> str:
        """A variable of a name that is free."""
        number, free = 1, name
        while free in self._taken:
            number += 1
            free = f"{name}_{number}"
        self._taken.add(free)
        self._say(f"{free} = {value}")
        return free

    def _import(self, statement: str) -> None:
        if statement not in self.imports:
            self.imports.append(statement)

    def _say(self, statement: str) -> None:
        self.statements.append(statement)


def _call(function: str, *arguments: str) -> str:
    return f"{function}({', '.join(arguments)})"


def _choice(line: _Line) -> str:
    parts = [f"{name[2:]}={line.one(name)!r}" for name in ("--variable", "--axes", "--order") if name in line.options]
    if "--size" in line.options:
        rows, cols = line.one("--size").split("x")
        parts += [f"rows={int(rows)}", f"cols={int(cols)}"]
    for option, name in (("--wavelengths", "wavelengths"), ("--bad-bands", "bad_bands")):
        if option in line.options:
            value = line.one(option)
            parts.append(f"{name}={('' if value == 'none' else value)!r}")
    parts += [f"units={line.one('--units')!r}"] if "--units" in line.options else []
    return _call("hsigui.ImportChoice", *parts)


def _bands(text: str) -> list[int]:
    """Bands of a list such as "5,40-44", from 1, as Python counts them, from 0."""
    found = list[int]()
    for part in text.split(","):
        first, _, last = part.partition("-")
        found += range(int(first) - 1, int(last or first))
    return found


def _setting(text: str) -> tuple[str, bool | int | float | str]:
    """`name=value` of a training, as numbers and truth values where it is one."""
    name, _, value = text.partition("=")
    if value in ("yes", "no"):
        return name, value == "yes"
    for kind in (int, float):
        try:
            return name, kind(value)
        except ValueError:
            continue
    return name, value


def _untranslated(what: str) -> HsiError:
    return HsiError(say("There is no Python for “{what}”.", what=what), say("Copy it as commands."))
