"""Spectra as a table."""

from __future__ import annotations

import csv
import io

import numpy as np

from hsigui.report.spectra_csv import spectra_csv

CURVES = [("corn", np.array([0.25, np.nan], np.float32)), ("=1+2", np.array([-1, 1234567.0], np.float32))]


def test_there_is_a_line_for_each_band_and_a_column_for_each_curve():
    assert list(csv.reader(io.StringIO(spectra_csv(CURVES, 2, [400.0, 410.5])))) == [
        ["band", "wavelength_nm", "corn", "'=1+2"],
        ["1", "400", "0.25", "-1"],
        ["2", "410.5", "", "1.23457e+06"],
    ]


def test_without_wavelengths_there_is_no_column_of_them():
    assert spectra_csv(CURVES[:1], 2, None) == "band,corn\n1,0.25\n2,\n"
