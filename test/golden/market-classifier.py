"""Freezes what a supervised classifier, trained with the truth on the same features, gets right on the synthetic market.

  for s in 21 22 23 24 25; do
    shoal demo --customers 20000 --seed $s --out /tmp/market-$s
    shoal discover /tmp/market-$s/*.csv --out /tmp/market-$s/out --seed $s --quiet
  done
  python test/golden/market-classifier.py /tmp/market-21 /tmp/market-22 ... > test/golden/market-classifier.json

Gradient boosting, 3-fold cross-validation, every feature of features.parquet that is not a label.
"""
import json, sys
import numpy as np, polars as pl, sklearn
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import accuracy_score, adjusted_rand_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

rows = []
for folder in sys.argv[1:]:
    model = json.load(open(f"{folder}/out/model.json"))
    names = [f["name"] for f in model["features"] if f["role"] != "label"]
    table = pl.read_parquet(f"{folder}/out/features.parquet").join(pl.read_csv(f"{folder}/truth/truth.csv").select(entity="customer_id", truth="segment"), on="entity")
    y = table["truth"].to_numpy()
    x = table.select(pl.col(names).cast(pl.Float64)).to_numpy()
    guess = cross_val_predict(
        HistGradientBoostingClassifier(max_iter=60, learning_rate=0.15, max_leaf_nodes=15, random_state=0), x, y,
        cv=StratifiedKFold(3, shuffle=True, random_state=0))
    rows.append({"seed": model["model"]["seed"], "customers": len(y), "features": len(names),
                 "accuracy": round(float(accuracy_score(y, guess)), 4), "ari": round(float(adjusted_rand_score(y, guess)), 4)})
    print(rows[-1], file=sys.stderr)
print(json.dumps({"scikit-learn": sklearn.__version__, "classifier": "HistGradientBoostingClassifier, 3-fold", "markets": rows}, indent=1))
