"""What the bundle runs: the program, in a folder of its own with its own Python."""

from __future__ import annotations

import multiprocessing
import os
import runpy
import sys
from collections.abc import MutableMapping, Sequence

# Where the loader looks for libraries first. The bundle's folder stands there, and what was there before in the second.
_LIBRARIES, _BEFORE = "LD_LIBRARY_PATH", "LD_LIBRARY_PATH_ORIG"
# Says to the next start of this program that it is one of its own, so that it sets up its libraries anew.
_ON_ITS_OWN = "PYINSTALLER_RESET_ENVIRONMENT"


def main() -> int:
    """Runs the program, or the module of it that one of its processes begins another with (`-m hsigui.…`)."""
    multiprocessing.freeze_support()
    leave_libraries_to_others(os.environ)
    module, words = module_asked(sys.argv[1:])
    sys.argv = [sys.argv[0], *words]
    if module not in ("", "hsigui"):
        runpy.run_module(module, run_name="__main__", alter_sys=True)
        return 0
    from hsigui.__main__ import main as program

    return program()


def module_asked(words: Sequence[str]) -> tuple[str, list[str]]:
    """Which module of the program is to be run, and the words for it; no module for the program itself.

    Processes of the program are begun as a Python is, `-m hsigui.… WORDS`, by the name of the running file
    (`sys.executable`), which in a bundle is the program. Modules of others, and code (`-c`), are not for it to run.
    """
    if len(words) > 1 and words[0] == "-m" and (words[1] == "hsigui" or words[1].startswith("hsigui.")):
        return words[1], list(words[2:])
    return "", list(words)


def leave_libraries_to_others(environment: MutableMapping[str, str]) -> None:
    """Takes the bundle's libraries out of the environment, which is what programs that are begun from here inherit: a
    browser or a file manager with another's libraries may not start. This process has found its own already."""
    if not sys.platform.startswith("linux"):
        return
    environment[_ON_ITS_OWN] = "1"
    before = environment.pop(_BEFORE, None)
    if before:
        environment[_LIBRARIES] = before
    else:
        environment.pop(_LIBRARIES, None)


if __name__ == "__main__":
    sys.exit(main())
