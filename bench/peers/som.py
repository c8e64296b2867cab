"""One minisom map of a file of doubles, laid out on the principal plane as Shoal's is; prints seconds and its two errors.

python som.py <file> '{"d": 10, "side": 20, "epochs": 10, "batch": true}'

batch: train_batch_offline (Kohonen's batch map, the algorithm Shoal runs; a learning rate that stays 1, which serves it best); else train_batch (one row at a time), as many looks at each row.
"""
import json
import sys
import time
from importlib.metadata import version

import numpy as np
from minisom import MiniSom

path, size = sys.argv[1], json.loads(sys.argv[2])
data = np.fromfile(path).reshape(-1, size['d'])
side, epochs = size['side'], size['epochs']
MiniSom(5, 5, size['d']).train_batch(data, 500)
start = time.perf_counter()
som = MiniSom(side, side, size['d'], sigma=side / 2, learning_rate=1.0 if size['batch'] else 0.5, topology='rectangular', random_seed=1,
              sigma_decay_function='linear_decay_to_one', decay_function=(lambda rate, t, most: rate) if size['batch'] else 'asymptotic_decay')
som.pca_weights_init(data)
if size['batch']:
    som.train_batch_offline(data, epochs)
else:
    som.train_batch(data, epochs * len(data))
seconds = time.perf_counter() - start
print(json.dumps({'seconds': seconds, 'quantizationError': float(som.quantization_error(data)), 'topographicError': float(som.topographic_error(data)),
                  'versions': {'minisom': version('minisom'), 'numpy': np.__version__}}))
