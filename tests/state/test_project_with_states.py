"""A project file of the first version that holds what is beside labels opens in every later one, with all of it."""

from __future__ import annotations

import json

import numpy as np

from hsigui.storage.project_content import read_project
from hsigui.storage.project_file import ProjectFile
from tests.state.home import STATE, unpack
from tests.state.write_project_with_states import NAME, about


def test_it_holds_what_it_held_before_and_after_it_was_written_to(tmp_path):
    path = unpack("v2", tmp_path / "project") / NAME
    expected = json.loads((STATE / "v2" / "expected.json").read_text(encoding="utf-8"))
    for _ in range(2):
        assert json.loads(json.dumps(about(path))) == expected
        (kept,) = read_project(path)
        (_, sample), _none = kept.state.samples
        with np.load(STATE / "v2" / "expected.npz") as arrays:
            np.testing.assert_array_equal(kept.state.truth.array, arrays["truth"])
            np.testing.assert_array_equal(kept.state.map.trained_on, arrays["trained_on"])
            np.testing.assert_array_equal(kept.state.spectra[0].values, arrays["spectrum"])
            np.testing.assert_array_equal(sample.left_out, arrays["left_out"])
        ProjectFile(path).close()
