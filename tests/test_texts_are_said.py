"""What a user reads goes through `say`: seen in the source, and in the window that speaks a made-up language."""

from __future__ import annotations

import ast
import json
import os
import re
import string
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sources import PACKAGE, nodes

# Where a sentence goes by position or keyword: a method begins with a dot.
SINKS: dict[str, set[int | str]] = {
    "HsiError": {0, 1, "message", "hint"}, ".progress": {2, "text"}, ".warn": {0}, "tell": {0}, "print": {0},
    ".show_message": {1, 2, "text", "hint"}, ".info": {0, 1}, ".warning": {0, 1}, ".told": {0},
    ".setText": {0}, ".setToolTip": {0, 1}, ".setStatusTip": {0}, ".setWindowTitle": {0}, ".setAccessibleName": {0},
    ".setAccessibleDescription": {0}, ".setPlaceholderText": {0}, ".setInformativeText": {0}, ".setTitle": {0},
    ".setTabToolTip": {1}, ".setTabText": {1}, ".setSuffix": {0}, ".setPrefix": {0}, ".setSpecialValueText": {0},
    ".addAction": {0}, ".addMenu": {0}, ".addTab": {1}, ".addRow": {0}, ".addItem": {0}, ".addButton": {0},
    ".setHorizontalHeaderLabels": {0}, "QLabel": {0}, "QPushButton": {0}, "QCheckBox": {0}, "QRadioButton": {0},
    "QGroupBox": {0}, "QAction": {0}, "QMenu": {0}, "QDockWidget": {0}, "QToolBar": {0},
    ".add_argument": {"help"}, ".add_parser": {"help", "description"}, ".ArgumentParser": {"description"},
}  # fmt: skip
# Errors of the program itself, never shown as sentences, and what is written for machines.
NOT_SHOWN = {
    "ValueError", "TypeError", "AssertionError", "KeyError", "FileNotFoundError", "RuntimeError", "EOFError",
    "AttributeError", "IndexError",
    ".execute", ".write", ".append", "ClassInfo",
}  # fmt: skip
CODE = re.compile(r"PROJCS|GEOGCS|urn:ogc")  # coordinate systems in words of their own
# Published in English with a run, pages of marks, names of the simulated scene, a log.
NO_WORDS = {"hsigui", "nm", "px", "GeoTIFF", "or"}
LEFT = {
    "methods/model_card.py",
    "report/globes.py",
    "report/reliability_svg.py",
    "report/spectra_svg.py",
    "report/vector_maps.py",
    "cube/demo.py",
    "methods/cuda_graph.py",
}


def test_no_literal_is_shown_that_was_not_said():
    found = [f"{_at(path, node)}: {ast.unparse(node)}" for path, node in _in_sinks() if _words(node)]
    assert not found, "\n".join(found)


def test_no_sentence_is_an_f_string():
    found = []
    for path, inside in nodes().items():
        if path.relative_to(PACKAGE).as_posix() in LEFT:
            continue
        long = [node for node in inside if isinstance(node, ast.JoinedStr) and len(_words(node)) >= 3]
        parents = {child: node for node in inside for child in ast.iter_child_nodes(node)} if long else {}
        for node in long:
            if not CODE.search(ast.unparse(node)) and not _not_shown(node, parents):
                found.append(f"{_at(path, node)}: {ast.unparse(node)}")
    assert not found, "\n".join(found)


def test_each_sentence_has_the_places_of_its_values():
    for path, call in _said():
        literals = call.args[:1] if _callee(call) == "say" else call.args[:2]
        values = {keyword.arg for keyword in call.keywords}
        for literal in literals:
            text = _literal(literal)
            assert text is not None or not values, f"{_at(path, call)}: values need a literal"
            if text is None or (not values and _callee(call) == "say"):
                continue
            spare = {"count"} if _callee(call) == "say_number" else set()
            assert _places(text) - spare <= values, f"{_at(path, call)}: {text}"
        if _callee(call) == "say" and values:
            assert _places(_literal(literals[0]) or "") == values, f"{_at(path, call)}: a value without a place"


def test_sentences_are_found_at_all():
    assert sum(1 for _ in _said()) > 500
    assert sum(1 for _ in _in_sinks(said=True)) > 300


@pytest.fixture(scope="module")
def walk() -> dict:
    """What was seen on a walk through the whole window."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.walk_in_made_up_language"],
        cwd=PACKAGE.parent,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=280,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_window_says_everything_in_the_language_put_in(walk):
    assert walk["heard"] > 400  # texts in brackets: a window that shows none would miss none
    assert walk["looked_at"] > 40
    assert not walk["missed"], "\n".join(walk["missed"])


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "check", ["nameless", "clipped", "too_large", "faint", "unseen_focus", "traps"]
)  # names, room in a language 1.3 times as long, a small screen, contrast, and where the focus is
def test_nothing_in_the_window_shuts_anybody_out(walk, check):
    assert not walk[check], "\n".join(walk[check])


def _said():
    for path, inside in nodes().items():
        for node in inside:
            if isinstance(node, ast.Call) and _callee(node) in {"say", "say_number"}:
                yield path, node


def _in_sinks(said: bool = False):
    """The literals that stand in a place for sentences, also in a choice, a sum or a list; or the calls of `say`."""
    for path, inside in nodes().items():
        if path.relative_to(PACKAGE).as_posix() in LEFT:
            continue
        for node in inside:
            if not isinstance(node, ast.Call):
                continue
            places = SINKS.get(_callee(node), set())
            for index, argument in enumerate(node.args):
                if index in places:
                    yield from ((path, part) for part in _parts(argument, said))
            for keyword in node.keywords:
                if keyword.arg in places:
                    yield from ((path, part) for part in _parts(keyword.value, said))


def _parts(node: ast.expr, said: bool) -> list[ast.expr]:
    if isinstance(node, ast.Call) and _callee(node) in {"say", "say_number"}:
        return [node] if said else []
    if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        return [] if said else [node]
    if isinstance(node, ast.IfExp):
        return _parts(node.body, said) + _parts(node.orelse, said)
    if isinstance(node, ast.BinOp):
        return _parts(node.left, said) + _parts(node.right, said)
    if isinstance(node, ast.BoolOp):
        return [part for value in node.values for part in _parts(value, said)]
    if isinstance(node, ast.List | ast.Tuple):
        return [part for value in node.elts for part in _parts(value, said)]
    return []


def _words(node: ast.expr) -> list[str]:
    """The words of a literal, its values aside. Names of files and suffixes are none."""
    texts = [node.value] if isinstance(node, ast.Constant) else [
        part.value for part in node.values if isinstance(part, ast.Constant)
    ]  # fmt: skip
    words = re.findall(r"(?<![\w./<-])[^\W\d_]{2,}(?![\w/>=])", " ".join(texts))
    return [word for word in words if word not in NO_WORDS]


def _not_shown(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    above = parents.get(node)
    while above is not None and not isinstance(above, ast.stmt):
        if isinstance(above, ast.Call) and _callee(above) in NOT_SHOWN:
            return True
        above = parents.get(above)
    while above is not None and not isinstance(above, ast.FunctionDef):
        above = parents.get(above)
    return above is not None and above.name == "__repr__"


def _callee(call: ast.Call) -> str:
    if isinstance(call.func, ast.Name):
        return call.func.id
    return f".{call.func.attr}" if isinstance(call.func, ast.Attribute) else ""


def _literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _places(text: str) -> set[str]:
    names = set()
    for _, name, form, _ in string.Formatter().parse(text):
        names |= {name} if name is not None else set()
        names |= _places(form) if form else set()
    return names


def _at(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(PACKAGE.parent)}:{getattr(node, 'lineno', 0)}"
