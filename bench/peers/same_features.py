"""
Compares the features that discover.py and discover_pandas.py wrote (`--features`): same customers, same names, same values but for the order of sums.

    python same_features.py <one.parquet> <other.parquet>
"""
import sys

import pandas as pd

one, other = (pd.read_parquet(path).set_index("customer").sort_index().astype(float) for path in sys.argv[1:3])
assert list(one.index) == list(other.index) or [str(id).lstrip("CO0") for id in other.index] == [str(id) for id in one.index], "other customers"
assert set(one.columns) == set(other.columns), sorted(set(one.columns) ^ set(other.columns))
other = other[one.columns].set_axis(one.index)
finite = one.replace([float("inf"), -float("inf")], float("nan"))
also = other.replace([float("inf"), -float("inf")], float("nan"))
differ = (finite.isna() != also.isna()).sum()
off = ((finite - also).abs() / (1 + finite.abs())).max()
print(f"{len(one)} customers, {len(one.columns)} features; missing on one side only: {dict(differ[differ > 0])}; largest relative difference {off.max():.1e} ({off.idxmax()})")
sys.exit(differ.any() or off.max() > 1e-6)
