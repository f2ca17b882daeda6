"""A report of one's own: accuracies over several draws with the picture of scene and map, as one page of HTML."""

from html import escape
from pathlib import Path

import numpy as np

import hsigui

scene, truth_file = hsigui.write_demo("demo")
cube = hsigui.open(scene)
truth = hsigui.read_labels(truth_file, cube)
encoder = hsigui.pretrain(cube, method="svm-pca-smooth")  # a baseline: learns nothing, takes a second
features = hsigui.embed(cube, encoder)

scores, maps = [], []
for seed in range(5):
    split = hsigui.sample(truth, per_class=10, seed=seed)
    maps.append(hsigui.classify(features, hsigui.fit(features, split.train)))
    scores.append(hsigui.evaluate(maps[-1], split.test).accuracy)

names, found = scores[0].names, np.array([score.producers for score in scores])
overall = np.array([score.oa for score in scores])
rows = [
    f"<tr><td>{escape(name)}<td>{mean:.1%} ± {sd:.1%}"
    for name, mean, sd in zip(names, found.mean(axis=0), found.std(axis=0, ddof=1), strict=True)
]
agree = np.mean([drawn.array == maps[0].array for drawn in maps[1:]])  # how much the draw decides
page = f"""<!doctype html><meta charset="utf-8"><title>{escape(cube.name)}</title>
{cube._repr_html_()}
<p>Overall accuracy {overall.mean():.1%} ± {overall.std(ddof=1):.1%} over {len(scores)} draws;
{agree:.1%} of all pixels have the class of the first map in the others.</p>
<table><tr><th>class<th>producer's accuracy{"".join(rows)}</table>
{maps[0]._repr_html_()}"""
Path("report.html").write_text(page, encoding="utf-8")
print(f"report.html: {overall.mean():.1%} ± {overall.std(ddof=1):.1%}")
