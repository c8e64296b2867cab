"""Freezes how well LightGBM's boosted trees and scikit-learn's forests and trees tell classes apart on real data, for trees.test.ts: AUC on five splits.

  SHOAL_DATA=... python test/golden/trees.py > test/golden/trees.json
"""
import json, os
import lightgbm, numpy as np, pandas as pd, sklearn
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score
from sklearn.tree import DecisionTreeClassifier

data = os.environ["SHOAL_DATA"]
boosted = {"n_estimators": 100, "learning_rate": 0.07, "num_leaves": 15}


def split(rows, s):
    """The rows of the test part: by a hash of their number."""
    i = np.arange(rows, dtype=np.uint64)
    return (((i + s * 100_003) * 2_654_435_761 % 2**32) >> 16) % 5 == 0


def scores(table, truth):
    names = [c for c in table if table[c].dtype.kind not in "if"]
    ordered = table.assign(**{c: pd.Categorical(table[c], sorted(table[c].dropna().unique())) for c in names})
    codes = ordered.assign(**{c: ordered[c].cat.codes for c in names}).fillna(-1)
    found = {"boosted-trees": [], "random-forest": [], "decision-tree": []}
    for s in range(5):
        test = split(len(truth), s)
        for name, model, x in [
            ("boosted-trees", lightgbm.LGBMClassifier(**boosted, verbose=-1, deterministic=True), ordered),
            ("random-forest", RandomForestClassifier(100, min_samples_leaf=5, random_state=s, n_jobs=2), codes),
            ("decision-tree", DecisionTreeClassifier(max_depth=5, min_samples_leaf=20, random_state=0), codes),
        ]:
            model.fit(x[~test], truth[~test])
            found[name].append(round(float(roc_auc_score(truth[test], model.predict_proba(x[test])[:, 1])), 6))
    return found


telco = pd.read_csv(f"{data}/telco-churn-ibm/telco_churn_7043.csv")
adult = pd.concat([pd.read_csv(f"{data}/adult-census/adult_{part}.csv.gz") for part in ("train", "test")], ignore_index=True)
adult = adult.apply(lambda c: c.str.strip() if c.dtype.kind not in "if" else c)
print(json.dumps({
    "versions": {"lightgbm": lightgbm.__version__, "scikit-learn": sklearn.__version__},
    "telco": scores(telco.drop(columns="churn"), (telco.churn == "Yes").to_numpy()),
    "adult": scores(adult.drop(columns="class"), adult["class"].str.startswith(">50K").to_numpy()),
}, indent=1))
