"""A worker process, where no code can be handed to the program: in a bundle (`processes`)."""

from __future__ import annotations

import pickle
import sys

if __name__ == "__main__":
    sys.path[:] = pickle.load(sys.stdin.buffer)  # first of all comes where the parent finds its modules
    from hsigui.pipeline.executors.child import main

    main()
