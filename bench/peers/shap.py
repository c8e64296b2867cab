"""LightGBM's side of bench/predict-shap.mjs: trains a model and writes it down with rows; or explains and scores these rows, and prints seconds (by the clock and of the processors) and the first rows' contributions.

python shap.py train <folder> '{"rows": 50000, "inputs": 28, "trees": 100, "leaves": 31, "threads": 2}'
python shap.py explain <folder> '{"rows": 50000, "inputs": 28, "threads": 2, "compared": 500}'
"""
import json
import os
import sys
import time

import lightgbm as lgb
import numpy as np

job, folder, scene = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
rows, inputs, threads = scene["rows"], scene["inputs"], scene["threads"]
model_at, x_at = os.path.join(folder, "model.txt"), os.path.join(folder, "x.f64")

if job == "train":
    rng = np.random.default_rng(7)
    x = rng.normal(size=(rows, inputs))
    x[rng.random(x.shape) < 0.02] = np.nan
    known = np.nan_to_num(x)
    y = known[:, 0] + known[:, 1] * known[:, 2] + 0.06 * known[:, 5:].sum(1) + 0.8 * rng.normal(size=rows) > 0
    params = {"objective": "binary", "num_leaves": scene["leaves"], "verbosity": -1, "num_threads": threads, "deterministic": True, "seed": 1}
    lgb.train(params, lgb.Dataset(x, y.astype(int)), scene["trees"]).save_model(model_at)
    x.tofile(x_at)
else:
    x = np.fromfile(x_at).reshape(rows, inputs)
    model = lgb.Booster(model_file=model_at)
    # Once before: libraries are loaded and warm on both sides.
    model.predict(x[:1000], pred_contrib=True, num_threads=threads)
    model.predict(x[:1000], num_threads=threads)


    def timed(**what):
        start, spent = time.perf_counter(), time.process_time()
        result = model.predict(x, num_threads=threads, **what)
        return {"wall": time.perf_counter() - start, "cpu": time.process_time() - spent}, result

    explaining, contributions = timed(pred_contrib=True)
    predicting, scores = timed()
    print(json.dumps({"explaining": explaining, "predicting": predicting, "said": contributions[: scene["compared"]].ravel().tolist(), "scores": scores[: scene["compared"]].tolist(), "versions": {"lightgbm": lgb.__version__, "numpy": np.__version__}}))
