"""
Segments the customers of an order file the way a competent data scientist would script it: polars for the features, scikit-learn for the
clusters. The peer of `shoal discover` in bench/discover.mjs and bench/large.mjs.

    python discover.py <files...> <outdir> [--threads 2] [--select-rows N] [--usual] [--features F]

It knows its two file formats (see FORMATS), so it infers nothing. Steps: read; clean (rows without customer or from the future out, returns
kept apart); features per customer; prepare (median fill, log, winsorise, standardise, drop near-copies); k-means for k = 2..12 with three
validity scores; keep the k with the best silhouette; write membership (parquet, csv) and a profile of means. The last line is one JSON object.

Where there was a choice, the faster way to the same answer was taken: columns that are not needed are not read, keys are whole numbers,
orders are aggregated once and reused, clustering is float32, the distances under the silhouettes are computed once for all k, and the fit
of the chosen k is kept, not repeated. `--select-rows` chooses k on a sample of customers and then fits that one k on all of them. `--usual` undoes three of these: the
scores of each k are the usual one-liners, the chosen k is fitted again, and threads wait as they do by default.
"""
import time

STARTED = time.perf_counter()

import argparse
import json
import os
import resource
import sys
from datetime import datetime
from pathlib import Path

arguments = argparse.ArgumentParser(description="Segment the customers of an order file with polars and scikit-learn.")
arguments.add_argument("files", nargs="+")
arguments.add_argument("outdir")
arguments.add_argument("--threads", type=int, default=2)
arguments.add_argument("--select-rows", type=int, default=0, help="choose k on this many customers (0 = all)")
arguments.add_argument("--features", help="write the features there as Parquet too")
arguments.add_argument("--usual", action="store_true", help="cluster with the usual one-liners instead of the fastest ones")
options = arguments.parse_args()
for variable in ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(variable, str(options.threads))
# Threads that spin while they wait take the processor from those with work: sleeping halves the processor time here.
if not options.usual:
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import numpy as np
import polars as pl
import sklearn
from sklearn.cluster import KMeans
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score, euclidean_distances, silhouette_score

SEED = 1
WINDOWS = (7, 30, 90, 180, 365)
CLUSTERS = range(2, 13)
SCORED_ROWS = 5_000
DAY = 86_400_000
E = pl.col


# -- read and clean ----------------------------------------------------------------------------------------------------------------

def whole(name):
    """'C0000017' or 'O0000000003' as a whole number."""
    return E(name).str.slice(1).cast(pl.Int64)


def moment(name):
    """Three times as fast as letting the CSV reader find out the format."""
    return E(name).str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="ms")


# Per format: the columns to read with their types, and the canonical columns made from them.
FORMATS = {
    "online-retail": {
        "types": {"CustomerID": pl.Float64, "InvoiceNo": pl.String, "InvoiceDate": pl.String, "StockCode": pl.Categorical, "Quantity": pl.Int32, "UnitPrice": pl.Float64},
        "columns": {
            "customer": E("CustomerID").cast(pl.Int64), "order": E("InvoiceNo").str.strip_prefix("C").cast(pl.Int64, strict=False), "at": moment("InvoiceDate"),
            "product": E("StockCode").to_physical(), "quantity": E("Quantity"), "price": E("UnitPrice"), "discount": None, "device": None,
        },
    },
    "market": {
        "types": {"customer_id": pl.String, "order_id": pl.String, "ordered_at": pl.String, "product_id": pl.Categorical, "quantity": pl.Int32, "unit_price": pl.Float64, "discount": pl.Float64, "device": pl.Categorical},
        "columns": {
            "customer": whole("customer_id"), "order": whole("order_id"), "at": moment("ordered_at"), "product": E("product_id").to_physical(),
            "quantity": E("quantity"), "price": E("unit_price"), "discount": E("discount"), "device": E("device"),
        },
    },
}


def read(paths):
    """The order lines, unread but for their header, of the first file whose columns are known."""
    for path in paths:
        header = pl.read_csv(path, n_rows=0).columns
        for form in FORMATS.values():
            if set(form["types"]) <= set(header):
                columns = {name: value for name, value in form["columns"].items() if value is not None}
                return pl.scan_csv(path, schema_overrides=form["types"]).select(**columns)
    sys.exit("None of the files has the columns of an order file that this script knows.")


def clean(lines):
    """The usable lines in memory, and how many there were."""
    lines = lines.with_columns(usable=E("customer").is_not_null() & E("at").is_not_null() & (E("at") <= datetime.now())).collect()
    usable = lines.filter("usable").drop("usable")
    return usable.with_columns(amount=E("quantity") * E("price")), lines.height


# -- features ----------------------------------------------------------------------------------------------------------------------

def share(condition):
    return condition.mean()


# Without a row these are 0; of the other features nothing is known.
NOTHING = E(r"^(return_.*|lines|products|active_months|(orders|revenue|items)(_\d+d)?)$")


def features(lines):
    """One row per customer, sorted by customer; every column after the first is a feature."""
    as_of = lines["at"].max()
    bought = lines.lazy().filter(E("quantity") > 0)
    returned = lines.lazy().filter(E("quantity") <= 0)
    has = set(lines.columns)

    orders = (
        bought.group_by("customer", "order").agg(at=E("at").min(), amount=E("amount").sum(), items=E("quantity").sum(), lines=pl.len())
        .sort("customer", "at")
        .with_columns(
            age=(as_of - E("at")).dt.total_milliseconds() / DAY, again=E("customer") == E("customer").shift(),
            hour=E("at").dt.hour() + E("at").dt.minute() / 60, weekday=E("at").dt.weekday(), month=E("at").dt.month(), year=E("at").dt.year(),
        )
        .with_columns(
            gap=pl.when("again").then(E("age").shift() - E("age")), angle=E("hour") * (2 * np.pi / 24),
            new_month=~E("again").fill_null(False) | (E("month") != E("month").shift()) | (E("year") != E("year").shift()),
        )
    )
    within = {days: E("age") < days for days in WINDOWS}
    by_order = orders.group_by("customer").agg(
        recency_days=E("age").min(), tenure_days=E("age").max(), orders=pl.len(), revenue=E("amount").sum(), items=E("items").sum(),
        order_value_mean=E("amount").mean(), order_value_sd=E("amount").std(), order_value_max=E("amount").max(),
        basket_items=E("items").mean(), basket_lines=E("lines").mean(), basket_lines_max=E("lines").max(),
        gap_mean=E("gap").mean(), gap_sd=E("gap").std(), gap_max=E("gap").max(), active_months=E("new_month").sum(),
        hour_sin=E("angle").sin().mean(), hour_cos=E("angle").cos().mean(),
        night=share((E("hour") < 6) | (E("hour") >= 22)), morning=share((E("hour") >= 6) & (E("hour") < 11)),
        midday=share((E("hour") >= 11) & (E("hour") < 14)), afternoon=share((E("hour") >= 14) & (E("hour") < 18)),
        **{f"weekday_{day}": share(E("weekday") == day) for day in range(1, 8)}, weekend=share(E("weekday") >= 6),
        **{f"quarter_{q}": share((E("month") > 3 * q - 3) & (E("month") <= 3 * q)) for q in range(1, 5)},
        **{f"orders_{days}d": within[days].sum().cast(pl.Int64) for days in WINDOWS},
        **{f"revenue_{days}d": (E("amount") * within[days]).sum() for days in WINDOWS},
        age_mean=E("age").mean(), age_squared=(E("age") ** 2).mean(), age_amount=(E("age") * E("amount")).mean(),
    ).with_columns(
        gap_variation=E("gap_sd") / E("gap_mean"), overdue=E("recency_days") / E("gap_mean"), orders_per_month=E("orders") / ((E("tenure_days") + 30) / 30),
        hour_focus=(E("hour_sin") ** 2 + E("hour_cos") ** 2).sqrt(), order_value_variation=E("order_value_sd") / E("order_value_mean"),
        order_trend=(E("orders_90d") - (E("orders_180d") - E("orders_90d"))) / (E("orders_180d") + 1),
        revenue_trend=(2 * E("revenue_90d") - E("revenue_180d")) / (E("revenue_180d") + 1),
        order_value_slope=-(E("age_amount") - E("age_mean") * E("order_value_mean")) / (E("age_squared") - E("age_mean") ** 2 + 1),
    ).drop("age_mean", "age_squared", "age_amount")

    discount = {"discount_mean": E("discount").mean(), "discounted_lines": share(E("discount") > 0), "discount_max": E("discount").max()} if "discount" in has else {}
    devices = {f"device_{name}": share(E("device") == name) for name in sorted(lines["device"].unique().drop_nulls())} if "device" in has else {}
    by_line = bought.group_by("customer").agg(
        lines=pl.len(), price_mean=E("price").mean(), price_sd=E("price").std(), price_max=E("price").max(),
        line_quantity=E("quantity").mean(), line_quantity_max=E("quantity").max(), **discount, **devices,
    )
    by_product = (
        bought.group_by("customer", "product").agg(n=pl.len())
        .with_columns(n_log_n=E("n") * E("n").log())
        .group_by("customer").agg(
            products=pl.len(), n=E("n").sum(), n_log_n=E("n_log_n").sum(), top_product=E("n").max(), repeated=share(E("n") > 1),
        )
        .select(
            "customer", "products", "repeated", top_product_share=E("top_product") / E("n"), product_entropy=E("n").log() - E("n_log_n") / E("n"),
            products_per_line=E("products") / E("n"),
        )
    )
    by_return = returned.group_by("customer").agg(return_lines=pl.len(), return_amount=-E("amount").sum())

    by_order, by_line, by_product, by_return = pl.collect_all([by_order, by_line, by_product, by_return])
    everyone = lines.select(E("customer").unique().sort())
    table = everyone
    for part in (by_order, by_line, by_product, by_return):
        table = table.join(part, on="customer", how="left", maintain_order="left")
    return table.with_columns(NOTHING.fill_null(0)).with_columns(
        return_line_share=E("return_lines") / (E("return_lines") + E("lines")), return_amount_share=E("return_amount") / (E("return_amount") + E("revenue")),
    )


# -- prepare -----------------------------------------------------------------------------------------------------------------------

def prepare(table):
    """Float32 matrix ready for k-means, and the names of its columns."""
    raw = table.select(pl.when(E(name).is_finite()).then(E(name)).cast(pl.Float32) for name in table.columns[1:])
    raw = raw.select(name for name in raw.columns if raw[name].null_count() < raw.height)
    ordered = raw.select(pl.all().sort(nulls_last=True))
    columns = []
    for name in raw.columns:
        known = raw.height - raw[name].null_count()
        low, middle, high = (ordered[name][int(quantile * (known - 1))] for quantile in (0.01, 0.5, 0.99))
        if low < high:
            columns.append((low, E(name).fill_null(middle).clip(low, high)))
    skewed = raw.select(column.skew() for _, column in columns).row(0)
    columns = [column.log1p() if low >= 0 and skew > 1 else column for (low, column), skew in zip(columns, skewed)]
    scaled = raw.select(columns).select((pl.all() - pl.all().mean()) / pl.all().std())

    sample = scaled.sample(min(scaled.height, 100_000), seed=SEED).to_numpy()
    correlation = np.abs(np.corrcoef(sample, rowvar=False))
    kept = []
    for j in range(scaled.width):
        if all(correlation[j, i] < 0.95 for i in kept):
            kept.append(j)
    scaled = scaled.select(scaled.columns[j] for j in kept)
    return scaled.to_numpy(order="c"), scaled.columns


# -- cluster -----------------------------------------------------------------------------------------------------------------------

def cluster(matrix):
    """Labels of the k with the best silhouette, and the scores of every k. Each k is fitted once (n_init='auto' with k-means++)."""
    sampled = 0 < options.select_rows < len(matrix)
    fitted = matrix[some_rows(matrix, options.select_rows)] if sampled else matrix
    score = usual_scores(fitted) if options.usual else fast_scores(fitted)
    best, scores = None, []
    for k in CLUSTERS:
        model = KMeans(k, n_init="auto", random_state=SEED).fit(fitted)
        silhouette, davies_bouldin, calinski_harabasz = score(model.labels_)
        scores.append({
            "k": k, "inertia": float(model.inertia_), "iterations": model.n_iter_, "silhouette": float(silhouette),
            "davies_bouldin": float(davies_bouldin), "calinski_harabasz": float(calinski_harabasz),
        })
        if best is None or silhouette > best[0]:
            best = (silhouette, model)
    model = best[1]
    if sampled or options.usual:
        model = KMeans(model.n_clusters, n_init="auto", random_state=SEED).fit(matrix)
    return model.labels_, scores


def fast_scores(fitted):
    """All three scores on one sample, with its distances computed once for all k."""
    rows = some_rows(fitted, SCORED_ROWS)
    scored = fitted[rows]
    distances = euclidean_distances(scored)
    np.fill_diagonal(distances, 0)

    def score(labels):
        mine = labels[rows]
        return silhouette_score(distances, mine, metric="precomputed"), davies_bouldin_score(scored, mine), calinski_harabasz_score(scored, mine)

    return score


def usual_scores(fitted):
    size = min(SCORED_ROWS, len(fitted))
    return lambda labels: (silhouette_score(fitted, labels, sample_size=size, random_state=SEED), davies_bouldin_score(fitted, labels), calinski_harabasz_score(fitted, labels))


def some_rows(matrix, count):
    return np.sort(np.random.default_rng(SEED).permutation(len(matrix))[:count])


# -- write -------------------------------------------------------------------------------------------------------------------------

def write(table, labels, folder):
    """Membership and the mean of every feature per segment."""
    table = table.with_columns(segment=pl.Series(labels))
    membership = table.select("customer", "segment")
    membership.write_parquet(folder / "membership.parquet")
    membership.write_csv(folder / "membership.csv")
    profile = table.group_by("segment").agg(pl.len().alias("customers"), pl.exclude("customer", "segment").mean()).sort("segment")
    profile.write_csv(folder / "profile.csv")


def main():
    timings = {"import": time.perf_counter() - STARTED}

    def timed(name, work, *given):
        since = time.perf_counter()
        result = work(*given)
        timings[name] = round(time.perf_counter() - since, 3)
        return result

    folder = Path(options.outdir)
    folder.mkdir(parents=True, exist_ok=True)
    lines, rows = timed("read", lambda: clean(read(options.files)))
    table = timed("features", features, lines)
    kept_rows = lines.height
    del lines
    if options.features:
        table.write_parquet(options.features)
    matrix, names = timed("prepare", prepare, table)
    labels, scores = timed("cluster", cluster, matrix)
    timed("write", write, table, labels, folder)
    timings["total"] = time.perf_counter() - STARTED
    print(json.dumps({
        "rows": rows, "rows_kept": kept_rows, "customers": table.height, "features": table.width - 1, "features_clustered": len(names),
        "k": int(labels.max()) + 1, "scores": scores, "seconds": {name: round(value, 3) for name, value in timings.items()},
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "versions": {"python": sys.version.split()[0], "polars": pl.__version__, "numpy": np.__version__, "scikit-learn": sklearn.__version__},
    }))


main()
