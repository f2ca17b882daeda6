"""The code of the package as trees: read and walked once for all tests of a process that look at it."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "hsigui"


@cache
def trees() -> dict[Path, ast.Module]:
    """Each module of the package, in the order of their paths."""
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}


@cache
def nodes() -> dict[Path, tuple[ast.AST, ...]]:
    """All that stands in each module, in the order of `ast.walk`: but names and contexts, which are half of it."""
    return {
        path: tuple(each for each in ast.walk(tree) if not isinstance(each, _DULL)) for path, tree in trees().items()
    }


_DULL = (ast.expr_context, ast.Name, ast.operator, ast.cmpop, ast.alias)
