# Writes clustering.json: the classic data sets (as loaded by scikit-learn 1.9.1; wine z-scored with the population sd) and, for some k, the partition
# and scores of the best of 200 k-means runs.
#   python test/golden/clustering.py > test/golden/clustering.json
import json
import numpy as np
from sklearn.cluster import KMeans
from sklearn.datasets import load_digits, load_iris, load_wine
from sklearn.metrics import (adjusted_rand_score, calinski_harabasz_score, davies_bouldin_score, normalized_mutual_info_score, silhouette_score)

wine = load_wine()
sets = {
    'iris': (load_iris().data, load_iris().target, [2, 3, 4]),
    'wine': (np.round((wine.data - wine.data.mean(0)) / wine.data.std(0), 15), wine.target, [2, 3, 4]),
    'digits': (load_digits().data, load_digits().target, [10]),
}
# A character per pixel (0-16) keeps the digits small.
alphabet = '0123456789abcdefg'
out = {}
for name, (data, target, ks) in sets.items():
    rows = [''.join(alphabet[int(v)] for v in row) for row in data] if name == 'digits' else data.tolist()
    expected = []
    for k in ks:
        fit = KMeans(k, n_init=200, tol=0, random_state=0).fit(data)
        expected.append({
            'k': k, 'inertia': fit.inertia_, 'silhouette': silhouette_score(data, fit.labels_), 'daviesBouldin': davies_bouldin_score(data, fit.labels_),
            'calinskiHarabasz': calinski_harabasz_score(data, fit.labels_), 'adjustedRand': adjusted_rand_score(target, fit.labels_),
            'mutualInformation': normalized_mutual_info_score(target, fit.labels_), 'sizes': sorted(np.bincount(fit.labels_).tolist()),
            'labels': ''.join(map(str, fit.labels_)),
        })
    out[name] = {'rows': rows, 'target': target.tolist(), 'expected': expected}
print(json.dumps(out, separators=(',', ':')))
