"""Labels of scikit-learn's clustering algorithms on sets of points; each is told k, for information also those that are not.

python segment-quality.py < request.json, where the request is [{"name", "data": path of gzipped text, "ks": [numbers of reference segments]}].
Writes one JSON line per set: {"name", "labels": {algorithm: {k: [...]}}, "seconds": {algorithm: s}, "versions"}. Options are the library's defaults but
for the seed and n_init=10 where there are random starts; data are taken as they are. What takes longer than two minutes is stopped (spectral clustering, where its
eigenvalues do not converge) and counts as one group.
"""
import json
import signal
import sys
import time
import warnings

import numpy as np
import sklearn
from sklearn.cluster import DBSCAN, HDBSCAN, AgglomerativeClustering, Birch, KMeans, SpectralClustering
from sklearn.mixture import GaussianMixture

warnings.filterwarnings('ignore')

told = {
    'KMeans': lambda k: KMeans(k, n_init=10, random_state=0),
    'GaussianMixture': lambda k: GaussianMixture(k, n_init=10, random_state=0),
    'Agglomerative ward': lambda k: AgglomerativeClustering(k, linkage='ward'),
    'Agglomerative average': lambda k: AgglomerativeClustering(k, linkage='average'),
    'Agglomerative complete': lambda k: AgglomerativeClustering(k, linkage='complete'),
    'Agglomerative single': lambda k: AgglomerativeClustering(k, linkage='single'),
    'Spectral rbf': lambda k: SpectralClustering(k, affinity='rbf', random_state=0),
    'Spectral nearest neighbours': lambda k: SpectralClustering(k, affinity='nearest_neighbors', random_state=0),
    'Birch': lambda k: Birch(n_clusters=k),
}
free = {'DBSCAN': lambda: DBSCAN(), 'HDBSCAN': lambda: HDBSCAN(copy=True)}


def stop(*_):
    raise TimeoutError('stopped after two minutes')


signal.signal(signal.SIGALRM, stop)

for wanted in json.load(sys.stdin):
    x = np.loadtxt(wanted['data'], ndmin=2)
    labels, seconds = {}, {}

    def run(name, key, make):
        start = time.perf_counter()
        signal.alarm(120)
        try:
            found = make().fit_predict(x)
        except Exception as error:  # An algorithm that gives up on a set has found one group there.
            print(f"{wanted['name']} {name}: {error}", file=sys.stderr)
            found = np.zeros(len(x), dtype=int)
        signal.alarm(0)
        labels.setdefault(name, {})[key] = np.asarray(found).tolist()
        seconds[name] = seconds.get(name, 0) + time.perf_counter() - start

    for name, make in told.items():
        for k in wanted['ks']:
            run(name, k, lambda: make(k))
    for name, make in free.items():
        run(name, 'free', make)
    print(json.dumps({'name': wanted['name'], 'labels': labels, 'seconds': seconds, 'versions': {'sklearn': sklearn.__version__, 'numpy': np.__version__}}), flush=True)
