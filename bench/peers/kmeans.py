"""One fit of sklearn.cluster.KMeans as it comes (n_init='auto'), on a file of single-precision numbers; prints seconds and inertia.

python kmeans.py <file> <features> <k> <threads>
"""
import json
import sys
import time

import numpy as np
import sklearn
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

path, d, k, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
data = np.fromfile(path, dtype=np.float32).reshape(-1, d)
with threadpool_limits(threads):
    # One small fit first: threads and libraries are warm, as they are on the other side.
    KMeans(k, random_state=0).fit(data[:2000])
    start = time.perf_counter()
    fit = KMeans(k, random_state=1).fit(data)
    seconds = time.perf_counter() - start
distances = data - fit.cluster_centers_[fit.labels_]
inertia = float(sum((block.astype(np.float64) ** 2).sum() for block in np.array_split(distances, 50)))
print(json.dumps({'seconds': seconds, 'inertia': inertia, 'iterations': fit.n_iter_, 'versions': {'sklearn': sklearn.__version__, 'numpy': np.__version__}}))
