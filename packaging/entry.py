"""What the bundle runs: the program, in a folder of its own with its own Python."""

import sys

if __name__ == "__main__":
    # `hsigui -m hsigui …`: how the program starts processes of its own from a Python.
    if sys.argv[1:3] == ["-m", "hsigui"]:
        del sys.argv[1:3]
    from hsigui.__main__ import main

    sys.exit(main())
