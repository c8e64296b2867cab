# Writes density.json: small seeded data sets and what scikit-learn 1.9.1 finds in them with DBSCAN, HDBSCAN and an isolation forest.
#   python test/golden/density.py > test/golden/density.json
import json
import numpy as np
from sklearn.cluster import DBSCAN, HDBSCAN
from sklearn.datasets import load_iris, make_blobs, make_moons
from sklearn.ensemble import IsolationForest

def blobs(n, d, centers, spread, noise, seed):
    x, _ = make_blobs(n, d, centers=centers, cluster_std=spread, random_state=seed)
    if noise == 0:
        return np.round(x, 4)
    outside = np.random.default_rng(seed).uniform(x.min(0) - 2, x.max(0) + 2, (noise, d))
    return np.round(np.vstack([x, outside]), 4)

sets = {
    'iris': load_iris().data,
    'blobs in 2': blobs(300, 2, 4, [.4, .8, 1.2, .6], 20, 1),
    'blobs in 5': blobs(250, 5, 5, 1., 10, 2),
    'blobs in 20': blobs(150, 20, 3, 1.5, 5, 3),
    'far blobs in 10': blobs(400, 10, 6, 1., 0, 5),
    'moons': np.round(make_moons(200, noise=.06, random_state=4)[0], 4),
}
dbscan = {'iris': (.5, 5), 'blobs in 2': (.5, 5), 'blobs in 5': (1.8, 6), 'blobs in 20': (8., 5), 'far blobs in 10': (3., 5), 'moons': (.2, 5)}
variants = [
    {'minClusterSize': 10, 'minSamples': 1}, {'minClusterSize': 6, 'minSamples': 1, 'selection': 'leaf'}, {'minClusterSize': 5},
    {'minClusterSize': 15, 'minSamples': 4}, {'minClusterSize': 8, 'selection': 'leaf'},
    {'minClusterSize': 40, 'minSamples': 5, 'allowSingle': True},
]
out = {}
for name, x in sets.items():
    eps, least = dbscan[name]
    cases = []
    for v in variants:
        fit = HDBSCAN(min_cluster_size=v['minClusterSize'], min_samples=v.get('minSamples'), cluster_selection_method=v.get('selection', 'eom'),
                      cluster_selection_epsilon=v.get('epsilon', 0.), allow_single_cluster=v.get('allowSingle', False), copy=True).fit(x)
        cases.append({'options': v, 'labels': fit.labels_.tolist(), 'strength': np.round(fit.probabilities_, 6).tolist()})
    forest = IsolationForest(n_estimators=1000, max_samples=min(256, len(x)), random_state=0).fit(x)
    out[name] = {
        'rows': x.tolist(), 'dbscan': {'eps': eps, 'minSamples': least, 'labels': DBSCAN(eps=eps, min_samples=least).fit(x).labels_.tolist()},
        'hdbscan': cases, 'anomaly': np.round(-forest.score_samples(x), 5).tolist(),
    }
print(json.dumps(out, separators=(',', ':')))
