"""lifetimes.BetaGeoFitter on a file of doubles, four per customer: repeats, last, age in days, mean spend (not used). lifetimes has no weights for BG/NBD worth using here: its own docs
fit one row per customer.

python value.py <file>
"""
import json
import resource
import sys
import time

import numpy as np
import lifetimes
from lifetimes import BetaGeoFitter

data = np.fromfile(sys.argv[1]).reshape(-1, 4)
BetaGeoFitter().fit(data[:2000, 0], data[:2000, 1], data[:2000, 2])
cpu = time.process_time()
start = time.perf_counter()
fit = BetaGeoFitter().fit(data[:, 0], data[:, 1], data[:, 2])
seconds = time.perf_counter() - start
p = [float(v) for v in fit.params_]
# Its own likelihood is scaled by time and averaged: here it is summed in the unit of the data.
loglik = float(-BetaGeoFitter._negative_log_likelihood(np.log(p), data[:, 0], data[:, 1], data[:, 2], np.ones(len(data)), 0) * len(data))
print(json.dumps({'seconds': seconds, 'cpu': time.process_time() - cpu, 'parameters': p, 'logLikelihood': loglik, 'memory': resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
                  'versions': {'lifetimes': '0.11.3', 'numpy': np.__version__}}))
