"""
The same job as discover.py in pandas and scikit-learn, in the lines most analysts write: `read_csv` with the dates parsed, `groupby(…).agg(…)`, joins on the
customer, a silhouette per k. Vectorised throughout: no `apply` over rows. The other peer of `shoal discover` in bench/discover.mjs and bench/large.mjs.

    python discover_pandas.py <files...> <outdir> [--threads 2]

It computes the same features as discover.py, by the same definitions, prepares them alike and writes the same files; the last line is one JSON object.
`--features <path>` also writes the features; bench/peers/same_features.py compares those of the two scripts.
"""
import time

STARTED = time.perf_counter()

import argparse
import json
import os
import resource
import sys
from pathlib import Path

arguments = argparse.ArgumentParser(description="Segment the customers of an order file with pandas and scikit-learn.")
arguments.add_argument("files", nargs="+")
arguments.add_argument("outdir")
arguments.add_argument("--threads", type=int, default=2)
arguments.add_argument("--features", help="write the features there as Parquet too")
options = arguments.parse_args()
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(variable, str(options.threads))

import numpy as np
import pandas as pd
import sklearn
from sklearn.cluster import KMeans
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score, silhouette_score

SEED = 1
WINDOWS = (7, 30, 90, 180, 365)
CLUSTERS = range(2, 13)
SCORED_ROWS = 5_000
DAY = pd.Timedelta(days=1)

# Per format: what the columns are called here.
FORMATS = (
    {"CustomerID": "customer", "InvoiceNo": "order", "InvoiceDate": "at", "StockCode": "product", "Quantity": "quantity", "UnitPrice": "price"},
    {"customer_id": "customer", "order_id": "order", "ordered_at": "at", "product_id": "product", "quantity": "quantity", "unit_price": "price", "discount": "discount", "device": "device"},
)


def read(paths):
    """The order lines of the first file whose columns are known; only the columns that are used."""
    for path in paths:
        header = pd.read_csv(path, nrows=0).columns
        for names in FORMATS:
            if set(names) <= set(header):
                at = next(column for column, name in names.items() if name == "at")
                texts = {column: "string" for column, name in names.items() if name in ("order", "product")}
                return pd.read_csv(path, usecols=list(names), parse_dates=[at], date_format="%Y-%m-%d %H:%M:%S", dtype=texts).rename(columns=names)
    sys.exit("None of the files has the columns of an order file that this script knows.")


def clean(lines):
    """The usable lines, and how many there were."""
    usable = lines[lines["customer"].notna() & lines["at"].notna() & (lines["at"] <= pd.Timestamp.now())].copy()
    usable["amount"] = usable["quantity"] * usable["price"]
    return usable, len(lines)


def features(lines):
    """One row per customer, sorted by customer; every column is a feature."""
    as_of = lines["at"].max()
    bought = lines[lines["quantity"] > 0]
    returned = lines[lines["quantity"] <= 0]

    orders = bought.groupby(["customer", "order"], as_index=False).agg(
        at=("at", "min"), amount=("amount", "sum"), items=("quantity", "sum"), lines=("quantity", "size"),
    ).sort_values(["customer", "at"])
    orders["age"] = (as_of - orders["at"]) / DAY
    orders["gap"] = orders.groupby("customer")["at"].diff() / DAY
    hour = orders["at"].dt.hour + orders["at"].dt.minute / 60
    weekday, month = orders["at"].dt.day_of_week + 1, orders["at"].dt.month
    orders["month"] = orders["at"].dt.year * 12 + month
    orders["hour_sin"], orders["hour_cos"] = np.sin(hour * (2 * np.pi / 24)), np.cos(hour * (2 * np.pi / 24))
    orders["night"], orders["morning"] = (hour < 6) | (hour >= 22), (hour >= 6) & (hour < 11)
    orders["midday"], orders["afternoon"] = (hour >= 11) & (hour < 14), (hour >= 14) & (hour < 18)
    for day in range(1, 8):
        orders[f"weekday_{day}"] = weekday == day
    orders["weekend"] = weekday >= 6
    for quarter in range(1, 5):
        orders[f"quarter_{quarter}"] = (month > 3 * quarter - 3) & (month <= 3 * quarter)
    for days in WINDOWS:
        within = orders["age"] < days
        orders[f"orders_{days}d"] = within
        orders[f"revenue_{days}d"] = orders["amount"] * within
    orders["age_squared"], orders["age_amount"] = orders["age"] ** 2, orders["age"] * orders["amount"]
    means = ["hour_sin", "hour_cos", "night", "morning", "midday", "afternoon", "weekend", "age_squared", "age_amount"]
    means += [f"weekday_{day}" for day in range(1, 8)] + [f"quarter_{quarter}" for quarter in range(1, 5)]
    sums = [f"{what}_{days}d" for what in ("orders", "revenue") for days in WINDOWS]
    table = orders.groupby("customer").agg(
        recency_days=("age", "min"), tenure_days=("age", "max"), orders=("age", "size"), revenue=("amount", "sum"), items=("items", "sum"),
        order_value_mean=("amount", "mean"), order_value_sd=("amount", "std"), order_value_max=("amount", "max"),
        basket_items=("items", "mean"), basket_lines=("lines", "mean"), basket_lines_max=("lines", "max"),
        gap_mean=("gap", "mean"), gap_sd=("gap", "std"), gap_max=("gap", "max"), active_months=("month", "nunique"), age_mean=("age", "mean"),
        **{name: (name, "mean") for name in means}, **{name: (name, "sum") for name in sums},
    )
    table["gap_variation"] = table["gap_sd"] / table["gap_mean"]
    table["overdue"] = table["recency_days"] / table["gap_mean"]
    table["orders_per_month"] = table["orders"] / ((table["tenure_days"] + 30) / 30)
    table["hour_focus"] = np.sqrt(table["hour_sin"] ** 2 + table["hour_cos"] ** 2)
    table["order_value_variation"] = table["order_value_sd"] / table["order_value_mean"]
    table["order_trend"] = (table["orders_90d"] - (table["orders_180d"] - table["orders_90d"])) / (table["orders_180d"] + 1)
    table["revenue_trend"] = (2 * table["revenue_90d"] - table["revenue_180d"]) / (table["revenue_180d"] + 1)
    table["order_value_slope"] = -(table["age_amount"] - table["age_mean"] * table["order_value_mean"]) / (table["age_squared"] - table["age_mean"] ** 2 + 1)
    table = table.drop(columns=["age_mean", "age_squared", "age_amount"])

    by_line = bought.groupby("customer").agg(
        lines=("price", "size"), price_mean=("price", "mean"), price_sd=("price", "std"), price_max=("price", "max"),
        line_quantity=("quantity", "mean"), line_quantity_max=("quantity", "max"),
    )
    if "discount" in lines:
        discounts = bought["discount"].groupby(bought["customer"])
        by_line["discount_mean"], by_line["discount_max"] = discounts.mean(), discounts.max()
        by_line["discounted_lines"] = (bought["discount"] > 0).where(bought["discount"].notna()).astype(float).groupby(bought["customer"]).mean()
    if "device" in lines:
        devices = pd.get_dummies(bought["device"], prefix="device").groupby(bought["customer"]).mean()
        by_line = by_line.join(devices.reindex(columns=[f"device_{name}" for name in sorted(lines["device"].dropna().unique())]))

    counts = bought.groupby(["customer", "product"]).size().reset_index(name="n")
    counts["n_log_n"], counts["repeated"] = counts["n"] * np.log(counts["n"]), counts["n"] > 1
    by_product = counts.groupby("customer").agg(products=("n", "size"), n=("n", "sum"), n_log_n=("n_log_n", "sum"), most=("n", "max"), repeated=("repeated", "mean"))
    by_product["top_product_share"] = by_product["most"] / by_product["n"]
    by_product["product_entropy"] = np.log(by_product["n"]) - by_product["n_log_n"] / by_product["n"]
    by_product["products_per_line"] = by_product["products"] / by_product["n"]
    by_product = by_product.drop(columns=["n", "n_log_n", "most"])

    by_return = returned.groupby("customer").agg(return_lines=("amount", "size"), return_amount=("amount", "sum"))
    by_return["return_amount"] = -by_return["return_amount"]

    everyone = pd.DataFrame(index=pd.Index(np.sort(lines["customer"].unique()), name="customer"))
    table = everyone.join([table, by_line, by_product, by_return])
    # Without a row these are 0; of the other features nothing is known.
    nothing = ["return_lines", "return_amount", "lines", "products", "active_months", "orders", "revenue", "items", *sums]
    table[nothing] = table[nothing].fillna(0)
    table["return_line_share"] = table["return_lines"] / (table["return_lines"] + table["lines"])
    table["return_amount_share"] = table["return_amount"] / (table["return_amount"] + table["revenue"])
    return table


def prepare(table):
    """Float32 matrix ready for k-means, and the names of its columns."""
    raw = table.replace([np.inf, -np.inf], np.nan).astype("float32")
    low, middle, high = raw.quantile(0.01, interpolation="lower"), raw.median(), raw.quantile(0.99, interpolation="lower")
    raw = raw[[name for name in raw.columns if low[name] < high[name]]]
    raw = raw.fillna(middle).clip(low[raw.columns], high[raw.columns], axis=1)
    skewed = [name for name in raw.columns if low[name] >= 0 and raw[name].skew() > 1]
    raw[skewed] = np.log1p(raw[skewed])
    scaled = (raw - raw.mean()) / raw.std()
    correlation = scaled.sample(min(len(scaled), 100_000), random_state=SEED).corr().abs().to_numpy()
    kept = []
    for j in range(scaled.shape[1]):
        if all(correlation[j, i] < 0.95 for i in kept):
            kept.append(j)
    scaled = scaled.iloc[:, kept]
    return np.ascontiguousarray(scaled.to_numpy(), dtype=np.float32), list(scaled.columns)


def cluster(matrix):
    """Labels of the k with the best silhouette, and the scores of every k."""
    best, scores = None, []
    for k in CLUSTERS:
        model = KMeans(k, n_init="auto", random_state=SEED).fit(matrix)
        silhouette = silhouette_score(matrix, model.labels_, sample_size=min(SCORED_ROWS, len(matrix)), random_state=SEED)
        scores.append({
            "k": k, "inertia": float(model.inertia_), "iterations": model.n_iter_, "silhouette": float(silhouette),
            "davies_bouldin": float(davies_bouldin_score(matrix, model.labels_)), "calinski_harabasz": float(calinski_harabasz_score(matrix, model.labels_)),
        })
        if best is None or silhouette > best[0]:
            best = (silhouette, model)
    return best[1].labels_, scores


def write(table, labels, folder):
    """Membership and the mean of every feature per segment."""
    membership = pd.DataFrame({"customer": table.index, "segment": labels})
    membership.to_parquet(folder / "membership.parquet")
    membership.to_csv(folder / "membership.csv", index=False)
    profile = table.groupby(labels).mean()
    profile.insert(0, "customers", np.bincount(labels))
    profile.to_csv(folder / "profile.csv", index_label="segment")


def main():
    timings = {"import": time.perf_counter() - STARTED}

    def timed(name, work, *given):
        since = time.perf_counter()
        result = work(*given)
        timings[name] = time.perf_counter() - since
        return result

    folder = Path(options.outdir)
    folder.mkdir(parents=True, exist_ok=True)
    lines, rows = timed("read", lambda: clean(read(options.files)))
    table = timed("features", features, lines)
    kept_rows = len(lines)
    del lines
    if options.features:
        table.reset_index().to_parquet(options.features)
    matrix, names = timed("prepare", prepare, table)
    labels, scores = timed("cluster", cluster, matrix)
    timed("write", write, table, labels, folder)
    timings["total"] = time.perf_counter() - STARTED
    print(json.dumps({
        "rows": rows, "rows_kept": kept_rows, "customers": len(table), "features": table.shape[1], "features_clustered": len(names),
        "k": int(labels.max()) + 1, "scores": scores, "seconds": {name: round(value, 3) for name, value in timings.items()},
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "versions": {"python": sys.version.split()[0], "pandas": pd.__version__, "numpy": np.__version__, "scikit-learn": sklearn.__version__},
    }))


main()
