"""`hsigui cluster-script`: a command of one's own as an array job, for SLURM or Snakemake."""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Sequence
from pathlib import Path

import jinja2

from hsigui.assets import resource
from hsigui.commands.outputs import check_folder
from hsigui.errors import HsiError
from hsigui.pipeline.merging.records import TABLE
from hsigui.saving import write_text
from hsigui.texts import say

TEMPLATES = {"slurm": "slurm.sh.j2", "snakemake": "Snakefile.j2"}
NAMES = {"slurm": "job.sh", "snakemake": "Snakefile"}  # of files, in what is said of them
_MEMORY = re.compile(r"(\d+)([MG])", re.I)
_TIME = re.compile(r"(?:(\d+)-)?(\d{1,2}):(\d\d):(\d\d)")


def cluster_script(arguments: argparse.Namespace) -> None:
    """Prints the script, or writes it to a file.

    Raises:
        HsiError: the command is none that several processes can share, or the file cannot be written.
    """
    text = script(arguments, arguments.command)
    if arguments.out is None:
        print(text, end="")
        return
    check_folder(arguments.out.parent)
    if arguments.out.exists() and not arguments.replace:
        raise HsiError(
            say("{path} is there already.", path=arguments.out), say("Choose another name, or add --replace.")
        )
    write_text(arguments.out, text)
    if arguments.kind == "slurm":
        arguments.out.chmod(arguments.out.stat().st_mode | 0o111)
    print(arguments.out)


def script(arguments: argparse.Namespace, words: Sequence[str]) -> str:
    """The text of the script for a command line without the program's name."""
    from hsigui.commands.parser import build_parser

    parsed = build_parser().parse_args(list(words))  # a mistake is told now, and not by every task
    sharded = words[0] == "classify"
    _require_shared(parsed, words)
    minutes, memory = _minutes(arguments.time), _megabytes(arguments.memory)
    program = arguments.program
    result = Path(parsed.out_dir if sharded else parsed.out)
    merged = arguments.merged or result.with_name(f"{result.name}-merged")
    tables = [str(parsed.table)] if sharded and parsed.table else [str(result)]
    joining = ["merge", *tables, "--out", str(merged), "--cubes", *parsed.cubes] if sharded else []
    given = {
        "name": f"hsigui-{words[0]}", "tasks": arguments.tasks, "cpus": arguments.cpus, "memory": arguments.memory,
        "time": arguments.time, "minutes": minutes, "memory_mb": memory, "sharded": sharded,
        "command": f"{program} {shlex.join([*words, *_progress(words)])}",
        "merge": f"{program} {shlex.join(joining)}" if joining else "",
        "merged": f"{merged}/{TABLE}", "marks": f"{result}-shares",
        "file": str(arguments.out or NAMES[arguments.kind]),
    }  # fmt: skip
    folder = str(Path.cwd())
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(resource("cluster")), undefined=jinja2.StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, keep_trailing_newline=True, autoescape=False,
    )  # fmt: skip
    environment.filters |= {"python": repr, "in_shell": _in_shell}
    written = folder if arguments.kind == "snakemake" else shlex.quote(folder)
    return environment.get_template(TEMPLATES[arguments.kind]).render(**given, folder=written)


def _in_shell(text: str) -> str:
    """A command line as a string of a Snakefile, in which braces name values."""
    return repr(text.replace("{", "{{").replace("}", "}}"))


def _progress(words: Sequence[str]) -> list[str]:
    """How the work is told of in the log of a task, unless it is said."""
    said = any(word == "--quiet" or word.startswith("--progress") for word in words)
    return [] if said else ["--progress", "lines"]


def _require_shared(parsed: argparse.Namespace, words: Sequence[str]) -> None:
    """Refuses commands that several processes cannot share the work of."""
    if words[0] == "classify" and getattr(parsed, "out_dir", None) is not None:
        if parsed.shard is not None:
            raise HsiError(say("The shares are set by the script."), say("Leave out --shard, and give --tasks."))
        return
    if words[0] == "study":
        return
    raise HsiError(
        say("“{command}” is no command that several tasks can share.", command=" ".join(words[:2])),
        say("Such are classify with --out-dir, which makes maps of many cubes, and study."),
    )


def _megabytes(text: str) -> int:
    found = _MEMORY.fullmatch(text)
    if found is None:
        raise HsiError(say("“{text}” is no amount of memory.", text=text), say("Write it as 8G or 8000M."))
    return int(found[1]) * (1024 if found[2].upper() == "G" else 1)


def _minutes(text: str) -> int:
    found = _TIME.fullmatch(text)
    if found is None:
        raise HsiError(say("“{text}” is no time.", text=text), say("Write it as HH:MM:SS, or D-HH:MM:SS."))
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return days * 1440 + hours * 60 + minutes + (seconds > 0)
