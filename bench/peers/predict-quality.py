"""Tuned LightGBM on tables with two answers, for bench/predict-quality.mjs.

python predict-quality.py <data folder> <folder to write> <sets, comma-separated> <seed>
Per set: <set>.json (inputs with their categories, rows, splits: rows of the test, the peer's probabilities for them, the setting it chose, seconds) and <set>.f64 (columns one
after the other, the answer last; missing = NaN, a category = its index). A category seen fewer than 3 times or beyond the 254 commonest is missing, for both sides.
The peer: for each split a grid of 5 settings by 5-fold cross-validation of the log loss with early stopping (3 folds above 20,000 rows), then a fit on all training rows.
"""
import json
import sys
import time
from pathlib import Path

import lightgbm as lgb
import numpy as np
import pandas as pd
import sklearn
from sklearn.datasets import load_breast_cancer, load_digits, load_wine
from sklearn.model_selection import GroupShuffleSplit, StratifiedGroupKFold, StratifiedKFold, StratifiedShuffleSplit

folder, out, wanted, seed = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3].split(','), int(sys.argv[4])
grid = [{'num_leaves': leaves, 'feature_fraction': share, 'lambda_l2': penalty} for leaves, share, penalty in [(4, 1.0, 0.0), (4, 0.6, 5.0), (8, 0.6, 5.0), (15, 0.6, 5.0), (31, 0.6, 5.0)]]


def bundled(load, positive):
    data = load()
    return pd.DataFrame(data.data, columns=[str(name) for name in getattr(data, 'feature_names', range(data.data.shape[1]))]), positive(data.target), None


def telco():
    table = pd.read_csv(folder / 'telco-churn-ibm/telco_churn_7043.csv')
    return table.drop(columns='churn'), table['churn'] == 'Yes', None


def marketing():
    table = pd.read_csv(folder / 'marketing-campaign/marketing_campaign.csv', sep=';', encoding='utf-8-sig')
    table['Dt_Customer'] = pd.to_datetime(table['Dt_Customer']).astype('int64') / 8.64e13
    return table.drop(columns=['ID', 'Z_CostContact', 'Z_Revenue', 'Response']), table['Response'] == 1, None


def adult():
    table = pd.concat([pd.read_csv(folder / f'adult-census/adult_{part}.csv.gz') for part in ['train', 'test']], ignore_index=True)
    return table.drop(columns='class'), table['class'].str.contains('>50K'), None


def german():
    table = pd.read_csv(folder / 'german-credit/GermanCredit.csv')
    return table.drop(columns='credit_risk'), table['credit_risk'] == 0, None


def readmission():
    table = pd.read_csv(folder / 'diabetes-readmission/diabetic_data.csv.gz', na_values='?', keep_default_na=False, low_memory=False)
    ids = ['admission_type_id', 'discharge_disposition_id', 'admission_source_id']
    table[ids] = table[ids].astype(str)
    return table.drop(columns=['encounter_id', 'patient_nbr', 'readmitted']), table['readmitted'] == '<30', table['patient_nbr'].to_numpy()


sets = {
    'telco-churn-ibm': (telco, 3), 'marketing-campaign': (marketing, 4), 'german-credit': (german, 5), 'adult-census': (adult, 1), 'diabetes-readmission': (readmission, 1),
    'breast_cancer': (lambda: bundled(load_breast_cancer, lambda y: y == 0), 4), 'digits-odd': (lambda: bundled(load_digits, lambda y: y % 2 == 1), 2),
    'wine-first': (lambda: bundled(load_wine, lambda y: y == 0), 4),
}


def encoded(column):
    if pd.api.types.is_numeric_dtype(column):
        return column.astype(float).to_numpy(), None
    counts = column.dropna().astype(str).value_counts()
    kept = sorted(counts[counts >= 3].index[:254])
    codes = column.astype(str).where(column.notna()).map({name: code for code, name in enumerate(kept)})
    return codes.astype(float).to_numpy(), kept


def tuned(x, y, groups, categorical):
    folds = 5 if len(y) <= 20_000 else 3
    parts = list((StratifiedGroupKFold(folds, shuffle=True, random_state=seed) if groups is not None else StratifiedKFold(folds, shuffle=True, random_state=seed)).split(x, y, groups))
    best = None
    for setting in grid:
        options = {'objective': 'binary', 'learning_rate': 0.05, 'min_data_in_leaf': 20, 'verbose': -1, 'seed': seed, 'num_threads': 1 if len(y) <= 20_000 else 2, 'deterministic': True, 'force_row_wise': True, **setting}
        data = lgb.Dataset(x, y, categorical_feature=categorical, free_raw_data=False)
        found = lgb.cv(options, data, num_boost_round=2000, folds=parts, callbacks=[lgb.early_stopping(40, verbose=False)])
        loss = found['valid binary_logloss-mean']
        if best is None or min(loss) < best[0]:
            best = (min(loss), int(np.argmin(loss)) + 1, options)
    _, rounds, options = best
    return lgb.train(options, lgb.Dataset(x, y, categorical_feature=categorical), num_boost_round=rounds), {**{key: options[key] for key in grid[0]}, 'rounds': rounds}


for name in wanted:
    load, repeats = sets[name]
    table, answer, groups = load()
    y = np.asarray(answer).astype(float)
    columns, inputs = [], []
    for title in table.columns:
        values, kinds = encoded(table[title])
        columns.append(values)
        inputs.append({'name': title, **({'categories': kinds} if kinds is not None else {})})
    x = np.column_stack(columns)
    categorical = [j for j, each in enumerate(inputs) if 'categories' in each]
    splitter = GroupShuffleSplit(repeats, test_size=0.3, random_state=seed) if groups is not None else StratifiedShuffleSplit(repeats, test_size=0.3, random_state=seed)
    splits = []
    for train, test in splitter.split(x, y, groups):
        start = time.perf_counter()
        model, setting = tuned(x[train], y[train], groups[train] if groups is not None else None, categorical)
        splits.append({'test': np.sort(test).tolist(), 'p': model.predict(x[np.sort(test)]).tolist(), 'setting': setting, 'seconds': time.perf_counter() - start})
        print(name, len(y), setting, round(splits[-1]['seconds'], 1), file=sys.stderr, flush=True)
    np.vstack([x.T, y[None]]).astype('<f8').tofile(out / f'{name}.f64')
    facts = {'rows': len(y), 'inputs': inputs, 'splits': splits, 'groups': np.unique(groups, return_inverse=True)[1].tolist() if groups is not None else None}
    (out / f'{name}.json').write_text(json.dumps({**facts, 'versions': {'lightgbm': lgb.__version__, 'sklearn': sklearn.__version__}}))
