"""PyTorch's library is loaded before its import, on the thread that asks for it first, and only if one does."""

from __future__ import annotations

import subprocess
import sys

import pytest

from hsigui.pipeline import torch_library

LOADING = """
import sys, threading
from hsigui.pipeline import torch_library

calls, load = [], torch_library.load
def noted(folder):
    calls.append((threading.current_thread().name, "torch" in sys.modules, load(folder)))
torch_library.load = noted
torch_library.load_before_import()
torch_library.load_before_import()
assert len([f for f in sys.meta_path if isinstance(f, torch_library.LoadingFirst)]) == 1
assert "torch" not in sys.modules
import json.tool
assert not calls

def work():
    import torch
    print(float(torch.ones(2, 2).matmul(torch.ones(2, 2)).sum()), calls)

thread = threading.Thread(target=work, name="worker")
thread.start()
thread.join()
assert not [f for f in sys.meta_path if isinstance(f, torch_library.LoadingFirst)]
torch_library.load_before_import()
assert not [f for f in sys.meta_path if isinstance(f, torch_library.LoadingFirst)]
"""


def test_it_is_loaded_on_the_thread_that_imports_before_the_import():
    done = subprocess.run([sys.executable, "-c", LOADING], capture_output=True, text=True, check=True)
    loads = sys.platform != "win32"  # there, PyTorch does so by itself
    assert done.stdout.strip() == f"8.0 [('worker', False, {loads})]"


@pytest.mark.skipif(sys.platform == "win32", reason="there, PyTorch does so by itself")
def test_a_library_that_is_missing_or_damaged_is_left_to_the_import_to_tell(tmp_path):
    assert not torch_library.load(tmp_path)
    for name in torch_library.NAMES:
        (tmp_path / name).write_bytes(b"no library")
    assert not torch_library.load(tmp_path)
