"""One fit of sklearn.cluster.AgglomerativeClustering (ward) on a file of doubles; prints seconds and the heights of the dendrogram.

python ward.py <file> '{"rows": 20000, "d": 10}'
"""
import json
import sys
import time

import numpy as np
import scipy
import sklearn
from sklearn.cluster import AgglomerativeClustering

path, size = sys.argv[1], json.loads(sys.argv[2])
data = np.fromfile(path).reshape(-1, size['d'])
# One small fit first: libraries are loaded and warm.
AgglomerativeClustering(8).fit(data[:200])
start = time.perf_counter()
fit = AgglomerativeClustering(8, linkage='ward', compute_distances=True).fit(data)
seconds = time.perf_counter() - start
print(json.dumps({'seconds': seconds, 'heights': np.sort(fit.distances_).tolist(), 'versions': {'sklearn': sklearn.__version__, 'scipy': scipy.__version__, 'numpy': np.__version__}}))
