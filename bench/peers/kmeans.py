"""Fits of sklearn.cluster.KMeans as it comes (n_init='auto'), one per k, on a file of single-precision numbers; prints seconds and inertias.

python kmeans.py <file> <features> <k>[,<k>…] <threads>
"""
import json
import sys
import time

import numpy as np
import sklearn
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

path, d, ks, threads = sys.argv[1], int(sys.argv[2]), [int(k) for k in sys.argv[3].split(',')], int(sys.argv[4])
data = np.fromfile(path, dtype=np.float32).reshape(-1, d)


def inertia(fit):
    """In double precision: the peer's own is a sum of single-precision numbers."""
    total = 0.0
    for start in range(0, len(data), 50_000):
        rows = slice(start, start + 50_000)
        total += float(((data[rows] - fit.cluster_centers_[fit.labels_[rows]]).astype(np.float64) ** 2).sum())
    return total


with threadpool_limits(threads):
    # One small fit first: threads and libraries are warm, as they are on the other side.
    KMeans(8, random_state=0).fit(data[:2000])
    start, cpu = time.perf_counter(), time.process_time()
    fits = [KMeans(k, random_state=1).fit(data) for k in ks]
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
print(json.dumps({
    'seconds': seconds, 'cpu': cpu, 'inertias': [inertia(fit) for fit in fits], 'iterations': [fit.n_iter_ for fit in fits],
    'versions': {'sklearn': sklearn.__version__, 'numpy': np.__version__},
}))
