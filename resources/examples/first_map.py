"""From a scene and its ground truth to a map and its accuracy."""

import hsigui

scene, truth_file = hsigui.write_demo("demo")  # or files of your own
cube = hsigui.open(scene)
truth = hsigui.read_labels(truth_file, cube)
split = hsigui.sample(truth, per_class=10, seed=0)
with hsigui.ProgressBar() as ctx:
    encoder = hsigui.pretrain(cube, seed=0, ctx=ctx)
    features = hsigui.embed(cube, encoder, ctx=ctx)
result = hsigui.classify(features, hsigui.fit(features, split.train))
score = hsigui.evaluate(result, split.test)
print(f"overall accuracy {100 * score.oa:.1f} % on {score.accuracy.n_test} pixels")
hsigui.save(result, "map.tif")
