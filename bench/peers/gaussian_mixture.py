"""One fit of sklearn.mixture.GaussianMixture (started by its k-means) on a file of single-precision numbers; prints seconds and the mean log-likelihood.

python gaussian_mixture.py <file> <features> <k> <full|tied|diag|spherical> <tolerance> <threads>
"""
import json
import sys
import time

import numpy as np
import sklearn
from sklearn.mixture import GaussianMixture
from threadpoolctl import threadpool_limits

path, d, k, kind, tolerance, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], float(sys.argv[5]), int(sys.argv[6])
data = np.fromfile(path, dtype=np.float32).reshape(-1, d)
with threadpool_limits(threads):
    # One small fit first: threads and libraries are warm, as they are on the other side.
    GaussianMixture(k, covariance_type=kind, random_state=0).fit(data[:2000])
    start, cpu = time.perf_counter(), time.process_time()
    fit = GaussianMixture(k, covariance_type=kind, tol=tolerance, random_state=1).fit(data)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    total = sum(float(fit.score_samples(data[i:i + 50_000].astype(np.float64)).sum()) for i in range(0, len(data), 50_000))
print(json.dumps({
    'seconds': seconds, 'cpu': cpu, 'logLikelihood': total / len(data), 'iterations': int(fit.n_iter_), 'converged': bool(fit.converged_),
    'versions': {'sklearn': sklearn.__version__, 'numpy': np.__version__},
}))
