"""One fit of a density method on a file of single-precision numbers; prints seconds and writes the labels (int32).

python density.py <dbscan|hdbscan|fast_hdbscan|sklearn> <file> <features> <parameter> <threads> <labels file>
The parameter is eps for dbscan (min_samples 10), else min_cluster_size. One fit of 3,000 rows comes first and does not count: threads, libraries and
compiled code are warm, as they are on the other side.
"""
import importlib.metadata
import json
import os
import sys
import time
import warnings

which, path, d, parameter, threads, out = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4]), int(sys.argv[5]), sys.argv[6]
for name in ('OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'NUMBA_NUM_THREADS'):
    os.environ[name] = str(threads)
import numpy as np

warnings.filterwarnings('ignore')
data = np.fromfile(path, dtype=np.float32).reshape(-1, d)


def make():
    if which == 'dbscan':
        from sklearn.cluster import DBSCAN
        return DBSCAN(eps=parameter, min_samples=10, n_jobs=threads)
    if which == 'sklearn':
        from sklearn.cluster import HDBSCAN
        return HDBSCAN(min_cluster_size=int(parameter), n_jobs=threads, copy=True)
    # These two do not count the row itself, the others do.
    if which == 'hdbscan':
        import hdbscan
        return hdbscan.HDBSCAN(min_cluster_size=int(parameter), min_samples=int(parameter) - 1, core_dist_n_jobs=threads, gen_min_span_tree=True)
    import fast_hdbscan
    return fast_hdbscan.HDBSCAN(min_cluster_size=int(parameter), min_samples=int(parameter) - 1)


make().fit(data[:3000])
start = time.perf_counter()
fit = make().fit(data)
seconds = time.perf_counter() - start
tree = getattr(fit, '_min_spanning_tree', None)
weight = None if tree is None else float(np.asarray(tree)[:, 2].sum())
fit.labels_.astype(np.int32).tofile(out)
package = {'dbscan': 'scikit-learn', 'sklearn': 'scikit-learn'}.get(which, which)
print(json.dumps({'seconds': seconds, 'weight': weight, 'version': importlib.metadata.version(package)}))
