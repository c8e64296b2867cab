# Writes linear.json: linear models of scikit-learn 1.9 on z-scored columns, and the data they were fitted to: breast_cancer (W. Wolberg, O. Mangasarian,
# N. Street, W. Street 1995, UCI, CC BY 4.0), wine (S. Aeberhard, M. Forina 1992, UCI, CC BY 4.0), both as sklearn.datasets has them, and diabetes (Efron et al. 2004).
#   python test/golden/linear.py > test/golden/linear.json
import json
import warnings
import numpy as np
from sklearn import metrics as m
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine
from sklearn.linear_model import ElasticNet, Lasso, LinearRegression, LogisticRegression, Ridge
from sklearn.svm import LinearSVC

warnings.filterwarnings('ignore')
z = lambda x: (x - x.mean(0)) / x.std(0)
cancer, wine, diabetes = load_breast_cancer(), load_wine(), load_diabetes(scaled=False)
x, y = z(cancer.data), cancer.target


def weights(fit):
    return {'intercept': np.ravel(fit.intercept_).tolist(), 'coef': np.asarray(fit.coef_).ravel().tolist()}


def logistic(x, y, **options):
    return LogisticRegression(**{'C': 1.0, 'tol': 1e-12, 'max_iter': 200000, **options}).fit(x, y)


ridge = logistic(x, y, solver='newton-cholesky')
p = ridge.predict_proba(x)[:, 1]
d, t = z(diabetes.data), diabetes.target
hinge = {'tol': 1e-10, 'max_iter': 2000000, 'dual': True, 'random_state': 0}
print(json.dumps({
    'cancer': {'x': cancer.data.tolist(), 'y': y.tolist()}, 'wine': {'x': wine.data.tolist(), 'y': wine.target.tolist()}, 'diabetes': {'x': diabetes.data.tolist(), 'y': t.tolist()},
    'logistic': {**weights(ridge), 'logLoss': m.log_loss(y, p), 'auc': m.roc_auc_score(y, p), 'brier': m.brier_score_loss(y, p), 'averagePrecision': m.average_precision_score(y, p)},
    'balanced': weights(logistic(x, y, solver='newton-cholesky', class_weight='balanced')),
    'lasso': weights(logistic(x, y, C=0.1, l1_ratio=1.0, solver='saga', random_state=0)),
    'elastic': weights(logistic(x, y, C=0.2, l1_ratio=0.4, solver='saga', random_state=0)),
    'multinomial': weights(logistic(z(wine.data), wine.target, solver='newton-cholesky')),
    'multinomialLasso': weights(logistic(z(wine.data), wine.target, C=0.2, l1_ratio=1.0, solver='saga', random_state=0)),
    'regression': {
        'deviation': float(t.std()), 'plain': weights(LinearRegression().fit(d, t)), 'ridge': weights(Ridge(alpha=10, tol=1e-12).fit(d, t)),
        'lasso': weights(Lasso(alpha=2, tol=1e-14, max_iter=1000000).fit(d, t)), 'elastic': weights(ElasticNet(alpha=1, l1_ratio=0.7, tol=1e-14, max_iter=1000000).fit(d, t)),
    },
    'svm': {loss: weights(LinearSVC(C=0.1, loss=loss, **hinge).fit(x, y)) for loss in ['hinge', 'squared_hinge']},
}, separators=(',', ':')))
