"""The steps of a release: what must be true of the checkout, what is built, and how it is checked, summed and signed.

`packaging/release` calls it with `build` and `twine` at hand. Nothing is uploaded, and no tag is made: the last lines
say how that is done.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from collections.abc import Callable, Iterator, Sequence
from email.parser import Parser
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VERSIONED = {  # where the version is told, and how
    "hsigui/__init__.py": r'^__version__ = "(.+)"$',
    "pyproject.toml": r'^version = "(.+)"$',
    ".github/CITATION.cff": r"^version: (.+)$",
    "README.md": r"^  version = \{(.+)\},$",
}
CHANGES = "resources/CHANGELOG.md"
LARGEST = 4_000_000  # bytes of a file in an archive: more is data that nobody meant to hand out
COMPILED = re.compile(r"hsigui/resources/locale/\w+/LC_MESSAGES/\w+\.mo")  # made when the wheel is built


def faults_of_version(root: Path, version: str) -> Iterator[str]:
    """Places that tell another version."""
    if not re.fullmatch(r"\d+\.\d+\.\d+((a|b|rc)\d+)?", version):
        yield f"“{version}” is no version such as 0.2.0 or 0.2.0rc1"
    for name, pattern in VERSIONED.items():
        found = re.findall(pattern, (root / name).read_text(encoding="utf-8"), re.MULTILINE)
        if found != [version]:
            yield f"{name} tells {' and '.join(found) or 'no version'}, not {version}"


def sections(text: str) -> dict[str, str]:
    """The list of changes: what stands below each heading, by the heading."""
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    return {title.strip(): body.strip() for title, body in zip(parts[1::2], parts[2::2], strict=True)}


def faults_of_changes(root: Path, version: str) -> Iterator[str]:
    """What the list of changes lacks for a release."""
    found = sections((root / CHANGES).read_text(encoding="utf-8"))
    if re.search(r"^- ", found.get("Unreleased", ""), re.MULTILINE):
        yield f"{CHANGES} has changes under “Unreleased”: they belong to {version} or to a later release"
    titles = [title for title in found if title.split(",")[0] == version]
    if not titles:
        yield f"{CHANGES} has no section “## {version}, YEAR-MONTH-DAY”"
    elif not re.fullmatch(re.escape(version) + r", \d{4}-\d\d-\d\d", titles[0]):
        yield f"{CHANGES} gives no date: “## {version}, YEAR-MONTH-DAY” instead of “## {titles[0]}”"
    if titles and not re.search(r"^- ", found[titles[0]], re.MULTILINE):
        yield f"{CHANGES} tells no change of {version}"


def faults_of_tree(root: Path, version: str) -> Iterator[str]:
    """What of the checkout is not what a tag would name."""
    if changed := _git(root, "status", "--porcelain").splitlines():
        yield f"{len(changed)} files are not committed, {changed[0][3:]} among them"
    if (branch := _git(root, "rev-parse", "--abbrev-ref", "HEAD").strip()) != "main":
        yield f"the branch is {branch}, not main"
    if _git(root, "tag", "--list", f"v{version}").strip():
        yield f"there is a tag v{version} already"


def _git(root: Path, *words: str) -> str:
    return subprocess.run(["git", "-C", str(root), *words], check=True, capture_output=True, text=True).stdout


def built(root: Path, into: Path) -> None:
    """Builds source archive and wheel of a checkout into a folder; the same commit gives the same bytes.

    Raises:
        SystemExit: the build fails; its words are on standard error.
    """
    when = _git(root, "log", "-1", "--format=%ct").strip()
    command = [sys.executable, "-m", "build", "--outdir", str(into), str(root)]
    said = subprocess.run(command, env={**os.environ, "SOURCE_DATE_EPOCH": when}, capture_output=True, text=True)
    if said.returncode:
        sys.stderr.write(said.stdout + said.stderr)
        raise SystemExit("release: the build failed")


def faults_of_wheel(wheel: Path, root: Path, version: str) -> Iterator[str]:
    """What is wrong with a wheel: its version, the files that it lacks or should not have."""
    with zipfile.ZipFile(wheel) as archive:
        names = {each.filename: each.file_size for each in archive.infolist()}
        about = next(name for name in names if name.endswith(".dist-info/METADATA"))
        told = Parser().parsestr(archive.read(about).decode("utf-8"))
    if told["Version"] != version:
        yield f"{wheel.name} is of version {told['Version']}"
    tracked = _git(root, "ls-files", "hsigui", "resources").splitlines()
    wanted = {f"hsigui/{name}" if name.startswith("resources/") else name for name in tracked}
    held = {name for name in names if ".dist-info/" not in name}
    for name in sorted(wanted - held)[:5]:
        yield f"{wheel.name} lacks {name}"
    for name in sorted(held - wanted)[:5]:
        if not COMPILED.fullmatch(name):
            yield f"{wheel.name} has {name}, which is not in git"
    yield from _faults_of_files(wheel.name, names.items())


def faults_of_source(archive: Path, root: Path) -> Iterator[str]:
    """What is wrong with a source archive: tracked files of the folders that it is to hold are not in it."""
    listed = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    included = listed["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    with tarfile.open(archive) as tar:
        names = {each.name.partition("/")[2]: each.size for each in tar.getmembers() if each.isfile()}
    for name in sorted(set(_git(root, "ls-files", *included).splitlines()) - names.keys())[:5]:
        yield f"{archive.name} lacks {name}"
    yield from _faults_of_files(archive.name, names.items())


def _faults_of_files(where: str, sizes: Iterator[tuple[str, int]] | Sequence[tuple[str, int]]) -> Iterator[str]:
    for name, size in sizes:
        if size > LARGEST:
            yield f"{where} has {name} of {size:,} bytes"
        if "__pycache__" in name or name.endswith((".orig", ".rej")):
            yield f"{where} has {name}"


def faults_of_metadata(files: Sequence[Path]) -> Iterator[str]:
    """What a package index would refuse, as twine tells it."""
    command = [sys.executable, "-m", "twine", "check", "--strict", *map(str, files)]
    said = subprocess.run(command, capture_output=True, text=True)
    if said.returncode:
        yield f"twine check: {' '.join((said.stdout + said.stderr).split())}"


def faults_of_start(wheel: Path, version: str, python: Path) -> Iterator[str]:
    """Whether the program of a wheel starts, by a Python that has what it needs, and tells its version."""
    with tempfile.TemporaryDirectory() as scratch:
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(scratch)
        around = {**os.environ, "PYTHONPATH": scratch, "PYTHONDONTWRITEBYTECODE": "1"}
        code = "import sys, hsigui.__main__ as program; print(program.__file__); sys.exit(program.main(['--version']))"
        said = subprocess.run([python, "-c", code], env=around, cwd=scratch, capture_output=True, text=True)
    lines = said.stdout.splitlines()
    if said.returncode or not lines or not lines[0].startswith(scratch):
        yield f"the program of {wheel.name} does not start: {said.stderr.strip()[-400:]}"
    elif lines[1:2] != [f"hsigui {version}"]:
        yield f"the program of {wheel.name} says “{' '.join(lines[1:])}”"


def summed(folder: Path) -> Path:
    """Writes the SHA-256 sums of all files of a folder, in the form that `sha256sum --check` reads."""
    sums = folder / "SHA256SUMS"
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.suffix != ".asc" and path != sums)
    lines = [f"{_sha256(path)}  {path.name}\n" for path in files]
    sums.write_text("".join(lines), encoding="utf-8")
    return sums


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def signed(sums: Path) -> str:
    """Signs the sums, and so all files that they name; says whether it was done."""
    if shutil.which("gpg") is None:
        return "not signed: there is no gpg"
    keys = subprocess.run(["gpg", "--batch", "--list-secret-keys", "--with-colons"], capture_output=True, text=True)
    if "sec:" not in keys.stdout:
        return "not signed: gpg has no secret key"
    done = subprocess.run(
        ["gpg", "--batch", "--yes", "--armor", "--detach-sign", str(sums)], capture_output=True, text=True
    )
    return f"not signed: {done.stderr.strip()}" if done.returncode else f"signed: {sums.name}.asc"


def bundled(root: Path, version: str, into: Path) -> Iterator[str]:
    """Builds folder, archive and package of this system, tries each, and puts them beside the wheel."""
    build = Path(os.environ.get("HSIGUI_BUILD", root / "build"))
    if subprocess.run(["bash", "packaging/bundle", "all"], cwd=root).returncode:
        yield "packaging/bundle all failed"
        return
    made = (*build.glob(f"hsigui-{version}-*.tar.xz"), *build.glob(f"hsigui_{version}_*.deb"))
    if not made:
        yield f"packaging/bundle made no archive of {version} in {build}"
    for path in made:
        if subprocess.run(["bash", "packaging/smoke", str(path), str(build / "smoke")], cwd=root).returncode:
            yield f"packaging/smoke {path.name} failed"
        shutil.copy2(path, into)


class Tally:
    """Says each step, and what is wrong, as it goes on."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def step(self, name: str, faults: Iterator[str]) -> None:
        """Looks at one thing; `faults` may do the work."""
        print(f"release: {name}")
        for fault in faults:
            print(f"release:   {fault}")
            self.faults.append(fault)


def looked_over(root: Path, version: str, tally: Tally) -> None:
    """The checks of the checkout."""
    tally.step("version", faults_of_version(root, version))
    tally.step("list of changes", faults_of_changes(root, version))
    tally.step("checkout", faults_of_tree(root, version))


def archives_made(root: Path, version: str, into: Path, tally: Tally) -> None:
    """Builds and checks wheel and source archive."""
    print("release: building wheel and source archive")
    built(root, into)
    (wheel,), (source,) = into.glob("*.whl"), into.glob("*.tar.gz")
    tally.step("metadata", faults_of_metadata((wheel, source)))
    tally.step("files of the wheel", faults_of_wheel(wheel, root, version))
    tally.step("files of the source archive", faults_of_source(source, root))
    python = Path(os.environ.get("HSIGUI_VENV", root / ".venv")) / "bin" / "python"
    if python.exists():
        tally.step("start of the wheel's program", faults_of_start(wheel, version, python))
    else:
        print(f"release: start of the wheel's program: not tried, there is no {python}")


def tests_run(root: Path) -> Iterator[str]:
    """Runs all checks."""
    if subprocess.run(["bash", "packaging/checks", "all"], cwd=root).returncode:
        yield "packaging/checks all failed"


def released(version: str, given: argparse.Namespace, into: Path, root: Path = ROOT) -> int:
    """All steps; 0 where nothing stands against the release."""
    tally = Tally()
    looked_over(root, version, tally)
    if given.dry_run or given.checked:
        print("release: packaging/checks all: not run " + ("in a dry run" if given.dry_run else "here, as you say"))
    elif tally.faults:
        print("release: what stands above has to be mended first")
        return 1
    else:
        tally.step("packaging/checks all", tests_run(root))
    archives_made(root, version, into, tally)
    if given.bundles:
        tally.step("bundles", bundled(root, version, into))
    sums = summed(into)
    print(sums.read_text(encoding="utf-8"), end="")
    print("release: " + ("not signed in a dry run" if given.dry_run else signed(sums)))
    if tally.faults:
        print(f"release: {len(tally.faults)} things stand against it")
        return 1
    print(f"release: {into} is ready. What is left to you:")
    print(f"  git tag -s v{version} && git push origin v{version}")
    print(f"  twine upload {into}/hsigui-*.whl {into}/hsigui-*.gz")
    return 0


def main(words: Sequence[str] | None = None, work: Callable[..., int] = released) -> int:
    """Reads the command line."""
    parser = argparse.ArgumentParser(prog="packaging/release", description=__doc__)
    parser.add_argument("version")
    parser.add_argument("--dry-run", action="store_true", help="say and build all, keep nothing, run no tests")
    parser.add_argument("--bundles", action="store_true", help="build and try the bundles of this system, too")
    parser.add_argument("--checked", action="store_true", help="the server has checked this commit; run no tests")
    given = parser.parse_args(words)
    if given.dry_run:
        with tempfile.TemporaryDirectory() as scratch:
            return work(given.version, given, Path(scratch))
    into = Path(os.environ.get("HSIGUI_BUILD", ROOT / "build")) / "release" / given.version
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir(parents=True)
    return work(given.version, given, into)


if __name__ == "__main__":
    sys.exit(main())
