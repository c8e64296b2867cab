# Writes metrics.json: scores of random predictions with many ties and weights, by scikit-learn 1.9.
#   python test/golden/metrics.py > test/golden/metrics.json
import json
import numpy as np
from sklearn import metrics as m
from sklearn.calibration import _sigmoid_calibration
from sklearn.isotonic import IsotonicRegression

rng = np.random.default_rng(5)
n = 400
y = (rng.random(n) < 0.3).astype(int)
p = np.round(np.clip(0.25 * y + rng.beta(2, 4, n), 0, 1), 2)
w = rng.integers(1, 5, n) / 2


def binary(weight):
    confusion = m.confusion_matrix(y, p >= 0.4, sample_weight=weight)
    return {
        'auc': m.roc_auc_score(y, p, sample_weight=weight), 'averagePrecision': m.average_precision_score(y, p, sample_weight=weight),
        'logLoss': m.log_loss(y, p, sample_weight=weight), 'brier': m.brier_score_loss(y, p, sample_weight=weight), 'confusion': confusion.tolist(),
        'accuracy': m.accuracy_score(y, p >= 0.4, sample_weight=weight), 'precision': m.precision_score(y, p >= 0.4, sample_weight=weight),
        'recall': m.recall_score(y, p >= 0.4, sample_weight=weight), 'f1': m.f1_score(y, p >= 0.4, sample_weight=weight),
    }


fpr, tpr, thresholds = m.roc_curve(y, p, drop_intermediate=False)
precision, recall, at = m.precision_recall_curve(y, p)
edges = p[::4]
clipped = np.where(rng.random(n) < 0.02, y, p)

k = 4
c = rng.integers(0, k, n)
q = rng.dirichlet(np.ones(k), n) + 0.7 * np.eye(k)[c] * rng.random((n, 1))
q = np.round(q / q.sum(1, keepdims=True), 2)
q[:, -1] = 1 - q[:, :-1].sum(1)
q = np.abs(q)
said = q.argmax(1)
several = {
    'y': c.tolist(), 'p': q.ravel().tolist(),
    'auc': m.roc_auc_score(c, q, multi_class='ovr', average='macro'), 'averagePrecision': m.average_precision_score(np.eye(k)[c], q, average='macro'),
    'logLoss': m.log_loss(c, q), 'brier': float(((q - np.eye(k)[c]) ** 2).sum(1).mean()), 'accuracy': m.accuracy_score(c, said), 'confusion': m.confusion_matrix(c, said).tolist(),
    'precision': m.precision_score(c, said, average='macro'), 'recall': m.recall_score(c, said, average='macro'), 'f1': m.f1_score(c, said, average='macro'),
}

t = np.round(rng.gamma(2, 30, n), 2)
s = np.round(t * rng.uniform(0.5, 1.6, n), 1)
number = {
    'y': t.tolist(), 'p': s.tolist(), 'rmse': m.root_mean_squared_error(t, s), 'mae': m.mean_absolute_error(t, s), 'r2': m.r2_score(t, s), 'pinball': m.mean_pinball_loss(t, s, alpha=0.9),
    'weighted': {'rmse': m.root_mean_squared_error(t, s, sample_weight=w), 'r2': m.r2_score(t, s, sample_weight=w), 'pinball': m.mean_pinball_loss(t, s, alpha=0.9, sample_weight=w)},
}

fit = IsotonicRegression(out_of_bounds='clip').fit(p, y, sample_weight=w)
grid = np.round(np.linspace(-0.1, 1.1, 61), 2)
print(json.dumps({
    'y': y.tolist(), 'p': p.tolist(), 'w': w.tolist(), 'plain': binary(None), 'weighted': binary(w), 'clipped': {'p': clipped.tolist(), 'logLoss': m.log_loss(y, clipped)},
    'roc': {'x': fpr.tolist(), 'y': tpr.tolist()}, 'precisionRecall': {'precision': precision.tolist(), 'recall': recall.tolist()},
    'several': several, 'number': number, 'isotonic': {'at': grid.tolist(), 'value': fit.predict(grid).tolist()},
    'platt': {'plain': list(_sigmoid_calibration(p, y)), 'weighted': list(_sigmoid_calibration(p, y, w))},
}, separators=(',', ':')))
