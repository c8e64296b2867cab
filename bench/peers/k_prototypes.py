"""One fit of kmodes.KPrototypes (Cao's start, n_init as given) on a file of doubles; prints seconds and cost.

python k_prototypes.py <file> <columns> <categorical columns, by commas> <k> <n_init>
"""
import json
import sys
import time

import kmodes
import numpy as np
from kmodes.kprototypes import KPrototypes

path, d, categorical, k, starts = sys.argv[1], int(sys.argv[2]), [int(c) for c in sys.argv[3].split(',')], int(sys.argv[4]), int(sys.argv[5])
data = np.fromfile(path).reshape(-1, d)
start = time.perf_counter()
fit = KPrototypes(k, n_init=starts, random_state=1).fit(data, categorical=categorical)
seconds = time.perf_counter() - start
print(json.dumps({'seconds': seconds, 'cost': float(fit.cost_), 'gamma': float(fit.gamma), 'versions': {'kmodes': kmodes.__version__, 'numpy': np.__version__}}))
