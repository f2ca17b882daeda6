"""Whoever calls a public function on arrays is told their shapes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "hsigui"
ARRAYS = re.compile(r"\b(NDArray|Tensor|ndarray)\b")
SHAPES = re.compile(
    r"\b[\w)]+ x [\w(]+|\(\.\.\., \w+|\bone (a|an|per|each|for each)\b|\b\w+ long\b|\b1-D\b|\bscalar\b|\bof any shape\b"
    r"|\bshape|\bthree float32\b|\b[Oo]ne number\b|See `Probe`",
    re.IGNORECASE,
)
# Their arrays are kept and handed on, whatever they are.
SHAPELESS = {"methods/untrained.py:NoTraining.parts"}


def on_arrays(path: Path) -> Iterator[tuple[str, str]]:
    """Name and docstring of every public function and method that takes or gives arrays."""

    def walk(body: list[ast.stmt], owner: str) -> Iterator[tuple[str, str]]:
        for node in body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                yield from walk(node.body, f"{node.name}.")
            elif isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                given = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
                types = [each.annotation for each in given] + [node.returns]
                if any(ARRAYS.search(ast.unparse(each)) for each in types if each is not None):
                    yield owner + node.name, " ".join((ast.get_docstring(node) or "").split())

    yield from walk(ast.parse(path.read_text(encoding="utf-8")).body, "")


MODULES = [path for path in sorted(PACKAGE.rglob("*.py")) if path.relative_to(PACKAGE).parts[0] != "ui"]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_public_functions_on_arrays_name_their_shapes(path: Path) -> None:
    place = path.relative_to(PACKAGE).as_posix()
    silent = [name for name, text in on_arrays(path) if not SHAPES.search(text) and f"{place}:{name}" not in SHAPELESS]
    assert silent == []


def test_a_function_without_a_shape_would_be_found(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text('def mean(values: NDArray) -> float:\n    """The mean of values."""\n', encoding="utf-8")
    ((name, text),) = on_arrays(module)
    assert (name, SHAPES.search(text)) == ("mean", None)
