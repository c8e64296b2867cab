"""sklearn.metrics.silhouette_score (and the two quick scores, untimed) of a file of doubles labelled by the nearest of its first k rows.

python silhouette.py <file> '{"d": 10, "k": 8}'
"""
import json
import sys
import time

import numpy as np
import sklearn
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score, silhouette_score

path, size = sys.argv[1], json.loads(sys.argv[2])
data = np.fromfile(path).reshape(-1, size['d'])
labels = ((data[:, None, :] - data[None, :size['k'], :]) ** 2).sum(axis=2).argmin(axis=1)
silhouette_score(data[:1000], labels[:1000], n_jobs=2)
start = time.perf_counter()
silhouette = silhouette_score(data, labels, n_jobs=2)
seconds = time.perf_counter() - start
print(json.dumps({'seconds': seconds, 'silhouette': float(silhouette), 'daviesBouldin': float(davies_bouldin_score(data, labels)),
                  'calinskiHarabasz': float(calinski_harabasz_score(data, labels)), 'versions': {'sklearn': sklearn.__version__, 'numpy': np.__version__}}))
