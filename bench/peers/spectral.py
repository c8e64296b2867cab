"""Spectral clustering by scikit-learn (affinity='nearest_neighbors', as it comes) of data sets told k: one line of JSON per set with labels and seconds.

python spectral.py <k> <data.gz> [<k> <data.gz> ...]
"""
import json
import sys
import time
import warnings

import numpy as np
import sklearn
from sklearn.cluster import SpectralClustering

warnings.filterwarnings('ignore')
for k, path in zip(sys.argv[1::2], sys.argv[2::2]):
    data = np.loadtxt(path, ndmin=2)
    start = time.perf_counter()
    labels = SpectralClustering(int(k), affinity='nearest_neighbors', random_state=1).fit_predict(data)
    print(json.dumps({'path': path, 'seconds': time.perf_counter() - start, 'labels': ''.join(chr(48 + int(l)) for l in labels), 'sklearn': sklearn.__version__}))
