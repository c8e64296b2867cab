"""A model of trees by LightGBM or scikit-learn on the file that bench/predict-trees.mjs wrote: seconds of the fit (binning included) and AUC on the last rows."""
import json, sys, time
import numpy as np
from sklearn.metrics import roc_auc_score

folder, scene = sys.argv[1], json.loads(sys.argv[2])
y = np.fromfile(f"{folder}/y.u8", np.uint8)
x = np.ascontiguousarray(np.fromfile(f"{folder}/x.f64").reshape(-1, len(y)).T)
rows, unseen, threads = scene["rows"], scene["unseen"], scene["threads"]
if scene["kind"] == "forest":
    from sklearn.ensemble import RandomForestClassifier
    model = RandomForestClassifier(n_estimators=scene["trees"], min_samples_leaf=scene["leafRows"], max_features=scene["inputs"], n_jobs=threads, random_state=0)
elif scene["peer"] == "lightgbm":
    import lightgbm
    model = lightgbm.LGBMClassifier(n_estimators=scene["trees"], num_leaves=scene["leaves"], learning_rate=scene["learningRate"], min_child_samples=scene["leafRows"], n_jobs=threads, verbose=-1)
else:
    from sklearn.ensemble import HistGradientBoostingClassifier
    model = HistGradientBoostingClassifier(max_iter=scene["trees"], max_leaf_nodes=scene["leaves"], learning_rate=scene["learningRate"], min_samples_leaf=scene["leafRows"], early_stopping=False)
train, truth = np.ascontiguousarray(x[:rows]), y[:rows]
start = time.perf_counter()
model.fit(train, truth)
seconds = time.perf_counter() - start
start = time.perf_counter()
predicted = model.predict_proba(x[-unseen:])[:, 1]
predicting = time.perf_counter() - start
print(json.dumps({"seconds": seconds, "predicting": predicting, "auc": roc_auc_score(y[-unseen:], predicted)}))
