"""Builds, checks and shows the site; see `packaging/docs`."""

from __future__ import annotations

import argparse
import functools
import http.server
import json
import logging
import shutil
import sys
import time
from pathlib import Path

import crawl
import sources

from hsigui import __version__
from hsigui.ui.shell.help_contents import slug

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build" / "docs"
WORDS = ("kappa", "pretrain", "GeoTIFF", "slurm")  # that the search must find
START = """<!doctype html><meta charset="utf-8"><title>hsigui</title>
<meta http-equiv="refresh" content="0; url={version}/"><a href="{version}/">hsigui {version}</a>
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", choices=("build", "check", "serve"))
    parser.add_argument("port", nargs="?", type=int, default=8000)
    parser.add_argument("--out", type=Path, default=BUILD, help="where sources and site are written (build/docs)")
    given = parser.parse_args()
    began = time.perf_counter()
    site = build(given.out)
    pages = sum(1 for _ in site.rglob("*.html"))
    print(f"hsigui: {pages} pages in {time.perf_counter() - began:.1f} s: {site}", file=sys.stderr)
    if given.work == "check":
        return checked(site)
    if given.work == "serve":
        serve(site.parent, given.port)
    return 0


def build(out: Path) -> Path:
    """Builds the site of this version beside those of others; its folder.

    Raises:
        mkdocs.exceptions.Abort: mkdocs warned of something.
    """
    from mkdocs.commands.build import build as mkdocs_build
    from mkdocs.config import load_config

    made = out / "sources"
    shutil.rmtree(made, ignore_errors=True)
    nav = sources.gather(made)
    site = out / "site" / __version__
    shutil.rmtree(site, ignore_errors=True)
    config_file = out / "mkdocs.yml"  # JSON is YAML, too
    config_file.write_text(json.dumps({**json.loads((sources.HERE / "mkdocs.json").read_text()), "nav": nav}, indent=1))
    config = load_config(str(config_file), docs_dir=str(made.resolve()), site_dir=str(site.resolve()), strict=True)
    config["mdx_configs"].setdefault("toc", {})["slugify"] = lambda text, _separator: slug(text)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    config.plugins.on_startup(command="build", dirty=False)
    mkdocs_build(config)
    list_versions(site.parent)
    return site


def list_versions(site: Path) -> None:
    """Lists the versions that are there, the newest first, for the choice in the head of each page; the first page of
    the site leads to the newest."""
    there = sorted((path.name for path in site.iterdir() if (path / "index.html").is_file()), key=_order, reverse=True)
    versions = [{"version": name, "title": name, "aliases": []} for name in there]
    (site / "versions.json").write_text(json.dumps(versions, indent=1), encoding="utf-8")
    (site / "index.html").write_text(START.format(version=there[0]), encoding="utf-8")


def _order(version: str) -> tuple[tuple[int, int | str], ...]:
    return tuple((1, int(part)) if part.isdigit() else (0, part) for part in version.split("."))


def checked(site: Path) -> int:
    """Follows all links and searches; the exit code."""
    faults = crawl.faults(site)
    for fault in faults:
        print(f"hsigui: {fault}", file=sys.stderr)
    links = sum(len(crawl.read(path).targets) for path in site.rglob("*.html"))
    print(f"hsigui: {links} links and pictures followed, {len(faults)} dead", file=sys.stderr)
    lost = []
    for word in WORDS:
        places = crawl.found(site, word)
        print(f"hsigui: “{word}” is found at {len(places)} places: {', '.join(places[:3])}", file=sys.stderr)
        lost += [] if places else [word]
    return 1 if faults or lost else 0


def serve(site: Path, port: int) -> None:
    """Shows the site on this machine until Ctrl-C."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        print(f"hsigui: http://127.0.0.1:{server.server_address[1]}/ (Ctrl-C ends it)", file=sys.stderr)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print(file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
