"""Freezes models of LightGBM and XGBoost as they save them, what they predict and how they explain it (pred_contrib / pred_contribs).

  python test/golden/imported-forests.py test/golden

Every model meets numbers, missing values, zeros, infinities and categories; rows include every threshold of every model and its neighbours in single precision.
"""
import json, sys
import lightgbm as lgb, numpy as np, pandas as pd, xgboost as xgb

rng = np.random.default_rng(2026)
n = 600
numbers = np.round(rng.normal(size=(n, 3)), 2)
numbers[rng.random((n, 3)) < 0.12] = np.nan
numbers[rng.random((n, 3)) < 0.15] = 0
X = pd.DataFrame(numbers, columns=["age", "spend", "orders"])
X["plan"] = pd.Categorical(rng.choice(["free", "basic", "plus", "pro", "team"], n))
X.loc[rng.random(n) < 0.08, "plan"] = np.nan
signal = X["age"].fillna(0.5) + X["spend"].fillna(-0.4) * (X["plan"].cat.codes % 2) + (X["orders"] == 0) * 0.8
y = signal + rng.normal(size=n) * 0.4
answers = {"binary": (y > 0).astype(int), "multiclass": np.digitize(y, [-0.5, 0.6]), "regression": y, "amount": np.exp(y / 2), "missing": (X["age"].isna() ^ (rng.random(n) < 0.1)).astype(int)}


def rows(thresholds):
    """60 of the rows, and rows at every threshold and beside it."""
    near = [X.iloc[:60].copy()]
    for column, values in thresholds.items():
        for value in sorted(value for value in set(values) if abs(value) < 1e30)[:12]:
            beside = X.iloc[[60]].loc[[X.index[60]] * 5].copy()
            beside[column] = [value, np.nextafter(np.float32(value), np.float32(-np.inf)), np.nextafter(np.float32(value), np.float32(np.inf)), np.nextafter(value, -np.inf), np.nextafter(value, np.inf)]
            near.append(beside)
    edge = X.iloc[[61]].loc[[X.index[61]] * 4].copy()
    edge["age"] = [1e30, -1e30, 1e-36, -1e-36]
    found = pd.concat([*near, edge], ignore_index=True)
    found["plan"] = pd.Categorical(found["plan"], categories=X["plan"].cat.categories)
    return found


def listed(frame):
    return [[None if pd.isna(v) else (v if isinstance(v, str) else float(v)) for v in row] for row in frame.itertuples(index=False)]


def lightgbm_case(name, target, weight=None, **params):
    given = {"num_leaves": 8, "verbosity": -1, "min_data_per_group": 5, "cat_smooth": 1, "min_data_in_leaf": 10, "num_threads": 1, "deterministic": True, "seed": 1, **params}
    model = lgb.train(given, lgb.Dataset(X, answers[target]), 8)
    thresholds = {}
    for tree in model.dump_model()["tree_info"]:
        stack = [tree["tree_structure"]]
        while stack:
            node = stack.pop()
            if "split_index" not in node:
                continue
            if node["decision_type"] == "<=":
                thresholds.setdefault(X.columns[node["split_feature"]], []).append(node["threshold"])
            stack += [node["left_child"], node["right_child"]]
    x = rows(thresholds)
    return {"name": name, "model": model.model_to_string(), "rows": listed(x), "predicted": model.predict(x).tolist(), "contributions": model.predict(x.iloc[:60], pred_contrib=True).tolist()}


def xgboost_case(name, target, rounds=8, **params):
    given = {"max_depth": 4, "tree_method": "hist", "max_cat_to_onehot": 1, "nthread": 1, "seed": 1, **params}
    model = xgb.train(given, xgb.DMatrix(X, answers[target], enable_categorical=True), rounds)
    saved = json.loads(model.save_raw("json"))
    booster = saved["learner"]["gradient_booster"]
    thresholds = {}
    for tree in booster.get("gbtree", booster)["model"]["trees"]:
        for left, index, condition, kind in zip(tree["left_children"], tree["split_indices"], tree["split_conditions"], tree["split_type"]):
            if left != -1 and kind == 0:
                thresholds.setdefault(X.columns[index], []).append(float(np.float32(condition)))
    x = rows(thresholds)
    matrix = xgb.DMatrix(x, enable_categorical=True)
    return {"name": name, "model": bytes(model.save_raw("json")).decode(), "rows": listed(x), "predicted": model.predict(matrix, strict_shape=True).tolist(),
            "contributions": model.predict(xgb.DMatrix(x.iloc[:60], enable_categorical=True), pred_contribs=True).tolist()}


def write(path, versions, cases):
    with open(path, "w") as file:
        json.dump({"versions": versions, "inputs": [{"name": c, **({"categories": list(X[c].cat.categories)} if c == "plan" else {})} for c in X.columns], "cases": cases}, file)
        file.write("\n")


folder = sys.argv[1]
write(f"{folder}/lightgbm-models.json", {"lightgbm": lgb.__version__}, [
    lightgbm_case("binary", "binary", objective="binary"),
    lightgbm_case("binary with another sigmoid", "binary", objective="binary", sigmoid=0.7),
    lightgbm_case("binary, zeros as missing", "binary", objective="binary", zero_as_missing=True),
    lightgbm_case("binary, nothing missing", "binary", objective="binary", use_missing=False),
    lightgbm_case("multiclass", "multiclass", objective="multiclass", num_class=3),
    lightgbm_case("one against the rest", "multiclass", objective="multiclassova", num_class=3),
    lightgbm_case("regression", "regression", objective="regression"),
    lightgbm_case("quantile", "regression", objective="quantile", alpha=0.8),
    lightgbm_case("poisson", "amount", objective="poisson"),
    lightgbm_case("random forest", "binary", objective="binary", boosting="rf", bagging_fraction=0.6, bagging_freq=1),
    lightgbm_case("dart", "binary", objective="binary", boosting="dart"),
    lightgbm_case("known or not", "missing", objective="binary"),
])
write(f"{folder}/xgboost-models.json", {"xgboost": xgb.__version__}, [
    xgboost_case("binary", "binary", objective="binary:logistic"),
    xgboost_case("binary, one-hot splits", "binary", objective="binary:logistic", max_cat_to_onehot=9),
    xgboost_case("raw sums", "binary", objective="binary:logitraw"),
    xgboost_case("multiclass", "multiclass", objective="multi:softprob", num_class=3),
    xgboost_case("regression", "regression", objective="reg:squarederror"),
    xgboost_case("quantile", "regression", objective="reg:quantileerror", quantile_alpha=0.8),
    xgboost_case("poisson", "amount", objective="count:poisson"),
    xgboost_case("random forest", "binary", rounds=1, objective="binary:logistic", num_parallel_tree=6, subsample=0.6, learning_rate=1),
    xgboost_case("dart", "binary", objective="binary:logistic", booster="dart", rate_drop=0.5),
    xgboost_case("known or not", "missing", objective="binary:logistic"),
    xgboost_case("given base", "binary", objective="binary:logistic", base_score=0.2),
])
