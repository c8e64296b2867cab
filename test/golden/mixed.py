# Writes mixed.json: a small mixed table with the least k-prototypes cost of 300 starts (kmodes 0.12.2), its factor analysis of mixed data
# (NumPy 2.4 singular values of the matrix of Pagès 2004), and principal components of wine (scikit-learn 1.9).
#   python test/golden/mixed.py > test/golden/mixed.json
import json
import numpy as np
from kmodes.kprototypes import KPrototypes
from sklearn.datasets import load_wine
from sklearn.decomposition import PCA

rng = np.random.default_rng(11)
n = 150
group = np.arange(n) % 3
numbers = np.round(rng.normal(size=(n, 3)) + group[:, None] * [1.5, -1, 0], 6)
kept = rng.random((n, 3)) < 0.7
codes = np.where(kept, (group[:, None] + [0, 1, 2]) % 3, rng.integers(0, [3, 4, 6], size=(n, 3)))
table = np.hstack([numbers, codes])
prototypes = min((KPrototypes(3, n_init=10, random_state=seed, init=init).fit(table, categorical=[3, 4, 5]) for seed in range(15) for init in ['Cao', 'Huang']), key=lambda fit: fit.cost_)

blocks = [(numbers - numbers.mean(0)) / numbers.std(0)]
for j in range(3):
    y = (codes[:, j, None] == np.unique(codes[:, j])).astype(float)
    p = y.mean(0)
    blocks.append(y / np.sqrt(p) - np.sqrt(p))
u, s, _ = np.linalg.svd(np.hstack(blocks), full_matrices=False)
famd = {'eigenvalues': (s ** 2 / n).tolist(), 'distances': np.abs(u * s)[:4].round(12).tolist()}

wine = load_wine().data
wine = np.round((wine - wine.mean(0)) / wine.std(0), 15)
pca = PCA().fit(wine)
flip = np.sign(pca.components_[np.arange(13), np.abs(pca.components_).argmax(1)])
print(json.dumps({
    'table': table.tolist(), 'prototypes': {'cost': float(prototypes.cost_), 'gamma': float(prototypes.gamma)}, 'famd': famd,
    'pca': {'variances': pca.explained_variance_.tolist(), 'components': (pca.components_ * flip[:, None]).tolist(), 'scores': (pca.transform(wine[:3]) * flip).tolist()},
}, separators=(',', ':')))
