"""Peer calibration of the synthetic market with scikit-learn: how hard is it, and can its segments be found without the truth?

    python bench/peers/market.py <folder> [<folder> ...] [--strength]

For each folder written by `simulate` (CSV): about 70 plain per-customer features are computed with pandas, then
  (a) HistGradientBoosting trained with the truth, 5-fold cross-validated: accuracy and adjusted Rand index (the ceiling);
  (b) k-means told the true number of segments (n_init 10): on standardised features, and with redundant features sharing their vote;
  (c) a Gaussian mixture with diagonal covariance on the latter.
`--strength` adds held-out prediction strength for k = 2..14 (Tibshirani & Walther 2005): can the number of segments be found, too?
"""
import sys
import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform
from sklearn.cluster import KMeans
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import accuracy_score, adjusted_rand_score, confusion_matrix
from sklearn.mixture import GaussianMixture
from sklearn.model_selection import StratifiedKFold, cross_val_predict

END = pd.Timestamp("2026-07-01")
DAYPARTS = [0, 6, 11, 15, 19, 22, 24]


def shares(frame, key, values, prefix):
    """Rows: customers; columns: share of their rows with each value."""
    table = pd.crosstab(frame[key], values, normalize="index")
    return table.add_prefix(f"{prefix}: ")


def clock(frame, at, prefix):
    part = pd.cut(at.dt.hour, DAYPARTS, right=False, labels=[f"{a}-{b}" for a, b in zip(DAYPARTS, DAYPARTS[1:])])
    table = shares(frame, "customer_id", part, f"{prefix} hours")
    table[f"{prefix} weekend"] = (at.dt.day_of_week >= 5).groupby(frame["customer_id"]).mean()
    return table


def features(folder):
    truth = pd.read_csv(f"{folder}/truth/truth.csv").set_index("customer_id")
    products = pd.read_csv(f"{folder}/products.csv").set_index("product_id")["category"]
    read = lambda name, at: pd.read_csv(f"{folder}/{name}.csv", parse_dates=[at]).dropna(subset=["customer_id"]).drop_duplicates()
    orders = read("orders", "ordered_at")
    orders = orders[orders["ordered_at"] < END]
    returned = orders[orders["quantity"] < 0].groupby("customer_id").size()
    orders = orders[orders["quantity"] > 0]
    amount = orders["quantity"] * orders["unit_price"]
    by = orders.groupby("customer_id")
    f = pd.DataFrame(index=truth.index)
    counts = lambda s: np.log1p(s.reindex(f.index).fillna(0))
    age = lambda s: np.log1p((END - s).dt.total_seconds() / 86400)
    f["orders"] = counts(by["order_id"].nunique())
    f["lines"] = counts(by.size())
    f["revenue"] = counts(amount.groupby(orders["customer_id"]).sum())
    f["order value"] = np.log1p(amount.groupby(orders["customer_id"]).sum() / by["order_id"].nunique())
    f["price"] = np.log(by["unit_price"].mean() + 0.01)
    f["quantity"] = np.log(by["quantity"].mean())
    f["recency"] = age(by["ordered_at"].max())
    f["tenure"] = age(by["ordered_at"].min())
    f["products"] = counts(by["product_id"].nunique())
    f["discount share"] = (orders["discount"] > 0).groupby(orders["customer_id"]).mean()
    f["discount depth"] = by["discount"].mean()
    f["promotion share"] = orders["promotion_id"].notna().groupby(orders["customer_id"]).mean()
    f["returns"] = counts(returned)
    f = f.join(shares(orders, "customer_id", orders["product_id"].map(products), "buys"))
    f = f.join(shares(orders, "customer_id", orders["device"], "order device"))
    f = f.join(clock(orders, orders["ordered_at"], "order"))
    events = read("events", "at")
    by = events.groupby("customer_id")
    f["events"] = counts(by.size())
    f["event recency"] = age(by["at"].max())
    f["active days"] = counts(events["at"].dt.date.groupby(events["customer_id"]).nunique())
    f["events a day"] = np.log(by.size() / events["at"].dt.date.groupby(events["customer_id"]).nunique())
    f = f.join(shares(events, "customer_id", events["event"], "event").drop(columns="event: view"))
    f = f.join(shares(events, "customer_id", events["product_id"].map(products), "views"))
    f = f.join(clock(events, events["at"], "event"))
    mails = read("emails", "at")
    kinds = pd.crosstab(mails["customer_id"], mails["event"])
    opened = mails[mails["event"] == "open"]
    f["mails"] = counts(kinds["sent"])
    f["open rate"] = kinds["open"] / kinds["sent"]
    f["click rate"] = kinds["click"] / kinds["sent"]
    f["open recency"] = age(opened.groupby("customer_id")["at"].max())
    f = f.join(clock(opened, opened["at"], "mail"))
    reviews = read("reviews", "at").groupby("customer_id")
    f["reviews"] = counts(reviews.size())
    f["stars"] = reviews["rating"].mean()
    f["messages"] = counts(read("support", "at").groupby("customer_id").size())
    return f, truth


def encode(f):
    z = f.fillna(f.mean())
    z = z.clip(z.quantile(0.005), z.quantile(0.995), axis=1)
    return ((z - z.mean()) / z.std().replace(0, np.inf)).to_numpy()


def share_votes(z):
    """Features that say the same (|r| above 0.7 on average) share one vote: each counts 1 / sqrt(how many they are)."""
    r = np.abs(np.nan_to_num(np.corrcoef(z.T)))
    groups = fcluster(linkage(squareform(1 - r, checks=False), "average"), 0.3, "distance")
    return z / np.sqrt(np.bincount(groups)[groups])


def prediction_strength(z, k, seed=0):
    """Worst segment's share of test pairs that the training segments keep together."""
    order = np.random.default_rng(seed).permutation(len(z))
    train, test = z[order[::2]], z[order[1::2]]
    a = KMeans(k, n_init=10, random_state=seed).fit(train)
    b = KMeans(k, n_init=10, random_state=seed).fit(test)
    across = a.predict(test)
    worst = 1.0
    for s in range(k):
        n = np.bincount(across[b.labels_ == s], minlength=k)
        total = n.sum()
        worst = min(worst, (n * (n - 1)).sum() / max(1, total * (total - 1)))
    return worst


def best_match(truth, found):
    table = pd.crosstab(truth, found)
    return table.to_string()


def main(folders, strength):
    for folder in folders:
        f, truth = features(folder)
        y = truth["segment"].to_numpy()
        z = encode(f)
        votes = share_votes(z)
        k = len(set(y))
        print(f"\n== {folder}: {len(f)} customers, {f.shape[1]} features, {k} segments")
        if k > 1:
            model = HistGradientBoostingClassifier(max_iter=120, learning_rate=0.1, max_leaf_nodes=15, random_state=0)
            told = cross_val_predict(model, f.to_numpy(), y, cv=StratifiedKFold(5, shuffle=True, random_state=0))
            ceiling = adjusted_rand_score(y, told)
            print(f"(a) classifier: accuracy {accuracy_score(y, told):.4f}, ARI {ceiling:.4f}")
            wrong = pd.Series(told != y, index=f.index)
            print("    wrong by segment:", wrong.groupby(truth["segment"]).mean().round(3).to_dict())
            print("    wrong: mixed %.3f, light %.3f, rest %.3f" % (
                wrong[truth.straddles == "yes"].mean(), wrong[(truth.straddles == "no") & (truth.little_history == "yes")].mean(),
                wrong[(truth.straddles == "no") & (truth.little_history == "no")].mean()))
            for name, x in (("standardised", z), ("votes shared", votes)):
                found = KMeans(k, n_init=10, random_state=0).fit_predict(x)
                ari = adjusted_rand_score(y, found)
                print(f"(b) k-means, {name}: ARI {ari:.4f} = {ari / ceiling:.3f} of the classifier's")
                if "--verbose" in sys.argv:
                    print(best_match(y, found))
            found = GaussianMixture(k, covariance_type="diag", n_init=2, reg_covar=1e-3, random_state=0).fit_predict(votes)
            print(f"(c) Gaussian mixture, diagonal: ARI {adjusted_rand_score(y, found):.4f}")
        if strength:
            for name, x in (("standardised", z), ("votes shared", votes)):
                print(f"    prediction strength, {name}:", {j: float(round(prediction_strength(x, j), 2)) for j in range(2, 15)})


if __name__ == "__main__":
    main([a for a in sys.argv[1:] if not a.startswith("--")], "--strength" in sys.argv)
