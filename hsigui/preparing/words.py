"""The words of `hsigui prepare`: what can be asked for, with what it means. Loads nothing else: help comes at once."""

from __future__ import annotations

from hsigui.texts import say

STEPS = (
    ("rows", "FIRST:LAST", say("these rows only, from 0, the last one not included")),
    ("cols", "FIRST:LAST", say("these columns only")),
    ("box", "X,Y,X,Y", say("the part that a box of the map touches: least x, least y, largest x, largest y")),
    ("inside", "FILE[,FIELD=VALUE]", say("what lies in polygons of a file, cut to them; the rest has no data")),
    ("grid", "FILE|SYSTEM[,SIZE]",
     say("the pixels of another scene, or of a coordinate system: EPSG:32633,20; with --resampling")),
    ("bands", "BANDS",
     say("these bands in this order: numbers from 1, wavelengths, names; such as 500-900,1500-1700")),
    ("block-mean", "PIXELS", say("squares of so many pixels as one, their mean")),
    ("like", "SENSOR|FILE",
     say("the bands of another sensor: its name, a table of its bands (.csv, .txt), or another scene")),
    ("flat-field", "ROWS,COLS", say("divide by the mean spectrum of an area, such as 10:20,30:50")),
    ("internal-average", "", say("divide by the mean spectrum of the scene (IAR)")),
    ("empirical-line", "TARGETS",
     say("reflectance by targets: AREA=REFLECTANCE;AREA=REFLECTANCE, or a table of them (.csv)")),
    ("log-residuals", "", say("divide by the geometric means of pixels and bands (Green & Craig 1985)")),
    ("mark-bad", "BANDS|proposed", say("bands to mark bad, or those that look bad (hsigui info --propose-bad-bands)")),
    ("drop-bad", "", say("leave the bands out that are marked bad")),
    ("fill-columns", "", say("columns of dead detectors filled by those beside them")),
    ("despike", "THRESHOLD", say("single samples that stand out by so many standard deviations replaced")),
    ("destripe", "columns|rows|mnf[,N]",
     say("stripes taken away: moments of each column brought to those beside it, or means of noise components")),
    ("denoise", "mnf|pca[,K|auto]", say("the first K components only; auto for as many as hold signal")),
    ("smooth", "savgol,WINDOW,ORDER|gaussian,NM",
     say("spectra smoothed by polynomials through windows of bands, or by a bell curve so wide")),
    ("normalise", "l2|mean", say("divide each spectrum by its length, or by its mean")),
    ("continuum", "", say("divide each spectrum by its upper hull")),
)  # fmt: skip
"""Each step: its word, what is given with it (empty for nothing), and what it does; in the order of the help."""

WHITE_FORM = "FILE|FIRST:LAST|auto"
WHITE = say("divide by the mean line of a white reference: a cube, rows of the scene, or auto for that which the "
            "camera's program has put beside the scene")  # fmt: skip
RESAMPLINGS = ("nearest", "bilinear", "cubic", "average")
MOSAICS = ("first", "feather")
WHOSE_GRID = ("first", "finest")
INTERLEAVES = ("bsq", "bil", "bip")
TYPES = ("uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64", "complex64",
         "complex128")  # fmt: skip
"""Types of samples that both ENVI and GeoTIFF have, from the narrowest on."""
