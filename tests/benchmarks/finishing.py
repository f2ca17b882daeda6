"""How quickly a map is finished: a majority filter, a sieve and a merge, and the last of them alone once more.

    python tests/benchmarks/finishing.py --json [--side 1500] [--classes 16]

Prints one JSON object; seconds of processor time. The map has fields with a tenth of its pixels drawn anew.

- `chain_s`: all three steps; `last_s`: after only the merge has changed.
- `steps_s`: each step alone on the map: `majority` with windows of 3 and 9 pixels, `sieve`, `merge`, `below`, `fill`.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable

import numpy as np
from scipy.ndimage import gaussian_filter

from hsigui.finishing.asked import step_of
from hsigui.finishing.finished_map import FinishedMap
from hsigui.finishing.step import Chain, done
from hsigui.labels.classes import ClassTable


def a_map(side: int, count: int) -> FinishedMap:
    """A map of so many pixels a side with so many classes."""
    rng = np.random.default_rng(0)
    surface = gaussian_filter(rng.standard_normal((side, side)), 12)
    fields = np.digitize(surface, np.quantile(surface, np.linspace(0, 1, count + 1)[1:-1])) + 1
    anew = rng.random((side, side)) < 0.1
    classes = np.where(anew, rng.integers(1, count + 1, (side, side)), fields).astype(np.uint16)
    confidence = rng.random((side, side)).astype(np.float32)
    return FinishedMap(classes, ClassTable.for_numbers(range(1, count + 1)), confidence, valid=classes > 0)


def seconds(work: Callable[[], object]) -> float:
    """Processor time of a work."""
    begun = time.process_time()
    work()
    return round(time.process_time() - begun, 4)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print JSON, which it does anyway")
    parser.add_argument("--side", type=int, default=1500)
    parser.add_argument("--classes", type=int, default=16)
    arguments = parser.parse_args()
    found = a_map(arguments.side, arguments.classes)
    done(step_of("sieve", "2"), a_map(16, 2))  # loads what it needs
    holes = done(step_of("below", "0.3"), found)
    texts = {"majority 3": "3", "majority 9": "9", "sieve": "20", "merge": "3=2", "below": "0.3", "fill": ""}
    alone = {}
    for name, text in texts.items():
        step, before = step_of(name.split()[0], text), holes if name == "fill" else found
        alone[name] = seconds(lambda step=step, before=before: done(step, before))
    chain = Chain()
    first = [step_of("majority", "3"), step_of("sieve", "20")]
    whole = seconds(lambda: chain.run(found, [*first, step_of("merge", "3=2")]))
    last = seconds(lambda: chain.run(found, [*first, step_of("merge", "3=1")]))
    print(json.dumps({"side": arguments.side, "classes": arguments.classes, "chain_s": whole, "last_s": last,
                      "steps_s": alone}))  # fmt: skip


if __name__ == "__main__":
    main()
