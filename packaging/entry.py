"""What the bundle runs: the program, in a folder of its own with its own Python."""

from __future__ import annotations

import sys


def main() -> int:
    """Runs the program. Its worker processes are begun as a Python is, `-c CODE` or `-m hsigui …`, by the name of the
    running file (`sys.executable`), which here is this one."""
    words = sys.argv[1:]
    if words[:1] == ["-c"] and len(words) > 1:
        sys.argv = ["-c", *words[2:]]
        exec(compile(words[1], "<string>", "exec"), {"__name__": "__main__"})
        return 0
    if words[:2] == ["-m", "hsigui"]:
        sys.argv = [sys.argv[0], *words[2:]]
    from hsigui.__main__ import main as program

    return program()


if __name__ == "__main__":
    sys.exit(main())
