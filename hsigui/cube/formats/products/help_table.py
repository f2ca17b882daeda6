"""The products that are known by name, as tables for the help page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hsigui.cube.formats.products import hyperion
from hsigui.cube.formats.products.cameras import CAMERAS, DARK
from hsigui.cube.formats.products.hdf_rows import HDF_PRODUCTS
from hsigui.cube.formats.products.raster_rows import RASTER_PRODUCTS
from hsigui.cube.formats.products.rows import DOCUMENT, HdfProduct, Source


@dataclass(frozen=True)
class HelpRow:
    """What is told of a product: its name for files and its title, scenes, masks, and what its row rests on."""

    name: str
    title: str
    scenes: tuple[str, ...]
    masks: tuple[str, ...]
    rests_on: str
    sources: tuple[Source, ...]


def help_rows() -> tuple[HelpRow, ...]:
    """All products, in the order of their tables."""
    return (
        *(
            HelpRow(p.name, p.title, _scenes(p), tuple(q.name for q in p.quality),
                    p.rests_on, p.sources)
            for p in HDF_PRODUCTS
        ),
        *(
            HelpRow(p.name, p.title, (), tuple(q.name for q in p.quality), p.rests_on, p.sources)
            for p in RASTER_PRODUCTS if p.name != p.title
        ),
        HelpRow(hyperion.NAME, hyperion.TITLE, (), (), DOCUMENT, hyperion.SOURCES),
        *(HelpRow(c.name, c.title, (), (DARK,) if c.name == "Specim" else (), c.rests_on, c.sources) for c in CAMERAS),
    )  # fmt: skip


def help_table() -> Iterator[str]:
    """A table in Markdown, a product a line."""
    yield "| Product | Scenes, the usual one first | Quality masks | Rests on |"
    yield "|---|---|---|---|"
    for row in help_rows():
        scenes, masks = (", ".join(f"`{word}`" for word in words) or "–" for words in (row.scenes, row.masks))
        yield f"| {row.title} | {scenes} | {masks} | {row.rests_on} |"


def sources_table() -> Iterator[str]:
    """A table in Markdown of what is published where, products that rest on the same together."""
    yield "| Product | What | Where it is published |"
    yield "|---|---|---|"
    together: dict[Source, list[str]] = {}
    for row in help_rows():
        for source in row.sources:
            together.setdefault(source, []).append(row.name)
    for source, names in together.items():
        yield f"| {', '.join(names)} | {source.fields} | {_plain(source.document)} |"


def _scenes(product: HdfProduct) -> tuple[str, ...]:
    """Names of the scenes; an array that is read as it stands goes by its own."""
    names = tuple(scene.name or scene.parts[0].array.rpartition("/")[2] for scene in product.scenes)
    return names if len(names) > 1 else ()


def _plain(text: str) -> str:
    """Text whose asterisks are no marks of Markdown."""
    return text.replace("*", "\\*")
