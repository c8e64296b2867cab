# Writes mixtures.json: scikit-learn 1.9 Gaussian mixtures of iris (best of 30 starts, tol 1e-8) and scipy dendrograms of small sets.
#   python test/golden/mixtures.py > test/golden/mixtures.json
import json
import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.datasets import load_iris, load_wine
from sklearn.metrics import adjusted_rand_score
from sklearn.mixture import GaussianMixture

iris, target = load_iris(return_X_y=True)
wine = load_wine().data
wine = np.round((wine - wine.mean(0)) / wine.std(0), 15)
bic = {}
for kind in ['full', 'tied', 'diag', 'spherical']:
    bic[kind] = [float(GaussianMixture(k, covariance_type=kind, n_init=30, tol=1e-8, max_iter=2000, random_state=0).fit(iris).bic(iris)) for k in range(1, 7)]
best = GaussianMixture(3, n_init=30, tol=1e-8, max_iter=2000, random_state=0).fit(iris)
labels = best.predict(iris)
order = np.argsort(-best.weights_)
mixture = {'bic': bic, 'aic': float(best.aic(iris)), 'logLikelihood': float(best.score(iris) * len(iris)), 'adjustedRand': adjusted_rand_score(target, labels),
           'labels': ''.join(map(str, labels)), 'weights': best.weights_[order].tolist(), 'means': best.means_[order].ravel().tolist(),
           'memberships': np.round(best.predict_proba(iris)[[50, 70, 106, 133]][:, order], 12).tolist()}
# No two distances alike, so that there is only one dendrogram.
small = np.round(np.random.default_rng(5).normal(size=(40, 3)), 6)
trees = {}
for name, rows in [('small', small), ('wine', wine), ('iris', iris)]:
    trees[name] = {}
    for method in ['ward', 'average', 'complete']:
        z = linkage(rows, method)
        cuts = {k: ''.join(map(str, fcluster(z, k, 'maxclust') - 1)) for k in [2, 3, 5]} if name != 'iris' or method == 'ward' else {}
        trees[name][method] = {'heights': z[:, 2].tolist(), 'cuts': cuts, **({'linkage': z[:, [0, 1, 3]].astype(int).tolist()} if name == 'small' else {})}
print(json.dumps({'mixture': mixture, 'small': small.tolist(), 'trees': trees}, separators=(',', ':')))
