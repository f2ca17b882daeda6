"""One classifier for many scenes of a sensor: learned on some, kept, and the area of each class in all of them."""

import csv
from pathlib import Path

import numpy as np

import hsigui

# Files of your own in place of these: one line a scene in scenes.csv.
written = [hsigui.write_demo(f"flight{number}", seed=number) for number in range(3)]
lines = ["path,weight,labels", *(f"{scene},1,{truth}" for scene, truth in written)]
Path("scenes.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")

scenes = hsigui.read_manifest("scenes.csv")
with hsigui.ProgressBar() as ctx:
    encoder = hsigui.pretrain(scenes, folder="run", ctx=ctx)
    first = scenes.open()[0]
    labels = hsigui.sample(hsigui.read_labels(scenes.entries[0].labels, first), per_class=10, seed=0)
    features = hsigui.embed(first, encoder, folder="run", ctx=ctx)
    hsigui.keep(hsigui.classify(features, hsigui.fit(features, labels.train), ctx=ctx))

classifier = hsigui.load_classifier("run")
with Path("areas.csv").open("w", newline="", encoding="utf-8") as file:
    table = csv.writer(file)
    table.writerow(["scene", "overall accuracy", *(info.name for info in classifier.classes)])
    for entry, cube in zip(scenes.entries, scenes.open(), strict=True):
        result = hsigui.classify(cube, classifier)
        hsigui.save(result, f"{entry.path.parent.name}-map.tif")
        truth = hsigui.read_labels(entry.labels, cube)
        score = hsigui.evaluate(result, truth if cube is not first else labels.test)
        pixels = [int(np.count_nonzero(result.array == info.number)) for info in classifier.classes]
        table.writerow([entry.path.parent.name, f"{score.oa:.3f}", *pixels])
print(Path("areas.csv").read_text(encoding="utf-8"))
