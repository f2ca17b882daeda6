"""The page of the public names of Python: signatures and docstrings, read from the source; nothing is imported."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
_HEAD = re.compile(r"^(Args|Attributes|Returns|Raises|Yields|Signals):\s*$")
Definition = ast.FunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Name:
    """A public name: what it is called, where it is defined, and its definition."""

    name: str
    module: str
    node: Definition


def names() -> list[Name]:
    """All public names, functions first, in alphabetical order.

    Raises:
        LookupError: one is defined nowhere.
    """
    told = ast.parse((ROOT / "hsigui" / "__init__.pyi").read_text(encoding="utf-8"))
    found = [
        _defined(node.module, alias.name)
        for node in told.body
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("hsigui.")
        for alias in node.names
    ]
    return sorted(found, key=lambda each: (isinstance(each.node, ast.ClassDef), each.name.casefold()))


def page() -> str:
    """The page, in Markdown."""
    all_names = names()
    parts = ["# Python: all public names", "`import hsigui` has these; it loads nothing by itself. How they go "
             "together: [from Python](api.md), [notebooks](notebooks.md)."]  # fmt: skip
    functions = [each for each in all_names if isinstance(each.node, ast.FunctionDef)]
    parts += ["## Functions", *(part for each in functions for part in _function(each.node, "###", "hsigui."))]
    parts.append("## Types")
    for each in all_names:
        if isinstance(each.node, ast.ClassDef):
            parts += list(_class(each.node))
    return "\n\n".join(parts) + "\n"


def _defined(module: str, name: str) -> Name:
    """Where a name is defined, going through the modules that only pass it on."""
    path = ROOT / Path(*module.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    for node in _parsed(file).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name:
            return Name(name, module, node)
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                if (alias.asname or alias.name) == name:
                    return _defined(node.module, alias.name)
    raise LookupError(f"{name} is not defined in {module}")


@cache
def _parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def _function(node: ast.FunctionDef, level: str, before: str = "") -> Iterator[str]:
    yield f"{level} {before}{node.name}"
    given = ast.unparse(node.args).removeprefix("self, ").removeprefix("self")
    gives = f" -> {ast.unparse(node.returns)}" if node.returns is not None else ""
    yield f"```python\n{_wrapped(node.name, given)}{gives}\n```"
    yield from text_of(ast.get_docstring(node) or "")


def _class(node: ast.ClassDef) -> Iterator[str]:
    yield f"### hsigui.{node.name}"
    yield from text_of(ast.get_docstring(node) or "")
    fields = [each for each in node.body if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)]
    shown = [each for each in fields if not each.target.id.startswith("_")]  # type: ignore[union-attr]
    if shown:
        yield "```python\n" + "\n".join(ast.unparse(each) for each in shown) + "\n```"
    for each in node.body:
        if isinstance(each, ast.FunctionDef) and (each.name == "__init__" or not each.name.startswith("_")):
            if any(ast.unparse(mark) == "property" for mark in each.decorator_list):
                gives = ast.unparse(each.returns) if each.returns is not None else ""
                yield f"**`{node.name}.{each.name}`**: `{gives}`. " + " ".join(text_of(ast.get_docstring(each) or ""))
            elif each.name != "__init__" or ast.unparse(each.args) != "self":
                yield from _function(each, "####", f"{node.name}.")


def _wrapped(name: str, given: str) -> str:
    """A signature, a line for each argument where it is long."""
    if len(name) + len(given) < 90:
        return f"{name}({given})"
    parts, depth, start = [], 0, 0
    for place, sign in enumerate(given):
        depth += (sign in "([{") - (sign in ")]}")
        if sign == "," and not depth:
            parts.append(given[start:place].strip())
            start = place + 1
    parts.append(given[start:].strip())
    return f"{name}(\n" + "".join(f"    {part},\n" for part in parts) + ")"


def text_of(docstring: str) -> Iterator[str]:
    """A docstring as paragraphs of Markdown: its lists of arguments become lists."""
    for part in re.split(r"\n\s*\n", docstring.strip()):
        head, _, rest = part.partition("\n")
        found = _HEAD.match(head.strip())
        if not found:
            yield _safe(" ".join(line.strip() for line in part.splitlines())) if not part.startswith("- ") else part
            continue
        yield f"*{found[1]}*"
        if found[1] in ("Returns", "Yields"):
            yield _safe(" ".join(line.strip() for line in rest.splitlines()))
        else:
            yield "\n".join(_entries(rest))


def _entries(text: str) -> Iterator[str]:
    """The entries of a list of arguments; what is further in goes on with the entry before."""
    lines, entries = text.splitlines(), []
    deep = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    for line in lines:
        if len(line) - len(line.lstrip()) > deep and entries:
            entries[-1] += f" {line.strip()}"
        elif line.strip():
            entries.append(line.strip())
    for entry in entries:
        name, colon, told = entry.partition(": ")
        yield f"- `{name.replace('`', '')}`: {_safe(told)}" if colon and len(name) < 60 else f"- {_safe(entry)}"


def _safe(text: str) -> str:
    """Text in which no sign of Markdown means anything, but for what stands in back quotes."""
    parts = re.split(r"(`[^`]*`|(?<!\S)\*\w[^*]*\*)", text)  # code, and emphasis
    return "".join(
        part if part.startswith(("`", "*")) and len(part) > 2 else re.sub(r"([*_<>\[\]])", r"\\\1", part)
        for part in parts
    )
