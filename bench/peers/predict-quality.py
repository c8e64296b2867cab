"""Tuned LightGBM on tables with two answers, for bench/predict-quality.mjs.

python predict-quality.py table <data folder> <folder> <set> <seed> <split>
    Writes the table of a set with one split: <set>-<seed>-<split>.json (inputs with their categories, rows, train, test, whose each row is) and .f64 (columns one after the other, the
    answer last; missing = NaN, a category = its index). A category seen fewer than 3 times or beyond the 254 commonest is missing, for both sides.
python predict-quality.py tune <folder> <set>-<seed>-<split> <trials>
    Reads such a table (whoever wrote it), tunes LightGBM on its training rows alone and writes <set>-<seed>-<split>.peer.json: probabilities of the test rows, what was chosen, seconds.

The tuning: a random search. The first trial is LightGBM as it comes (31 leaves, rate 0.1, 20 rows per leaf), the others are drawn (`drawn` below); each is cross-validated by log loss over the
same 5 folds (3 above 20,000 rows; all rows of one entity in one fold) with early stopping, the best is fitted to all training rows for as many rounds as were best.
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


def bundled(load, positive):
    data = load()
    return pd.DataFrame(data.data, columns=[str(name) for name in getattr(data, 'feature_names', range(data.data.shape[1]))]), positive(data.target), None


def telco(folder):
    table = pd.read_csv(folder / 'telco-churn-ibm/telco_churn_7043.csv')
    return table.drop(columns='churn'), table['churn'] == 'Yes', None


def marketing(folder):
    table = pd.read_csv(folder / 'marketing-campaign/marketing_campaign.csv', sep=';', encoding='utf-8-sig')
    table['Dt_Customer'] = pd.to_datetime(table['Dt_Customer']).astype('int64') / 8.64e13
    return table.drop(columns=['ID', 'Z_CostContact', 'Z_Revenue', 'Response']), table['Response'] == 1, None


def adult(folder):
    table = pd.concat([pd.read_csv(folder / f'adult-census/adult_{part}.csv.gz') for part in ['train', 'test']], ignore_index=True)
    return table.drop(columns='class'), table['class'].str.contains('>50K'), None


def german(folder):
    table = pd.read_csv(folder / 'german-credit/GermanCredit.csv')
    return table.drop(columns='credit_risk'), table['credit_risk'] == 0, None


def readmission(folder):
    table = pd.read_csv(folder / 'diabetes-readmission/diabetic_data.csv.gz', na_values='?', keep_default_na=False, low_memory=False)
    ids = ['admission_type_id', 'discharge_disposition_id', 'admission_source_id']
    table[ids] = table[ids].astype(str)
    return table.drop(columns=['encounter_id', 'patient_nbr', 'readmitted']), table['readmitted'] == '<30', table['patient_nbr'].to_numpy()


sets = {
    'telco-churn-ibm': telco, 'marketing-campaign': marketing, 'german-credit': german, 'adult-census': adult, 'diabetes-readmission': readmission,
    'breast_cancer': lambda _: bundled(load_breast_cancer, lambda y: y == 0), 'digits-odd': lambda _: bundled(load_digits, lambda y: y % 2 == 1),
    'wine-first': lambda _: bundled(load_wine, lambda y: y == 0),
}


def encoded(column):
    if pd.api.types.is_numeric_dtype(column):
        return column.astype(float).to_numpy(), None
    counts = column.dropna().astype(str).value_counts()
    kept = sorted(counts[counts >= 3].index[:254])
    codes = column.astype(str).where(column.notna()).map({name: code for code, name in enumerate(kept)})
    return codes.astype(float).to_numpy(), kept


def table(folder, out, name, seed, split):
    frame, answer, groups = sets[name](Path(folder))
    y = np.asarray(answer).astype(float)
    columns, inputs = [], []
    for title in frame.columns:
        values, kinds = encoded(frame[title])
        columns.append(values)
        inputs.append({'name': title, **({'categories': kinds} if kinds is not None else {})})
    x = np.vstack([*columns, y])
    splitter = (StratifiedShuffleSplit if groups is None else GroupShuffleSplit)(1, test_size=0.3, random_state=seed * 1000 + split)
    train, test = next(splitter.split(x.T, y, groups))
    x.astype('<f8').tofile(Path(out) / f'{name}-{seed}-{split}.f64')
    facts = {'rows': len(y), 'inputs': inputs, 'train': np.sort(train).tolist(), 'test': np.sort(test).tolist(), 'groups': np.unique(groups, return_inverse=True)[1].tolist() if groups is not None else None}
    (Path(out) / f'{name}-{seed}-{split}.json').write_text(json.dumps(facts))


def drawn(rng):
    spread = lambda low, high: float(np.exp(rng.uniform(np.log(low), np.log(high))))
    return {
        'num_leaves': round(spread(3, 63)), 'learning_rate': spread(0.02, 0.15), 'min_data_in_leaf': round(spread(5, 100)), 'feature_fraction': float(rng.uniform(0.4, 1)),
        'bagging_fraction': float(rng.uniform(0.6, 1)), 'bagging_freq': 1, 'lambda_l2': spread(0.01, 30), 'cat_smooth': spread(1, 100), 'cat_l2': spread(1, 100),
    }


def tune(folder, name, trials):
    facts = json.loads((Path(folder) / f'{name}.json').read_text())
    whole = np.fromfile(Path(folder) / f'{name}.f64').reshape(len(facts['inputs']) + 1, -1)
    train, test = np.array(facts['train']), np.array(facts['test'])
    x, y = np.ascontiguousarray(whole[:-1].T), whole[-1]
    groups = None if facts['groups'] is None else np.array(facts['groups'])[train]
    categorical = [j for j, each in enumerate(facts['inputs']) if 'categories' in each]
    big = len(train) > 20_000
    folds = 3 if big else 5
    parts = list((StratifiedKFold if groups is None else StratifiedGroupKFold)(folds, shuffle=True, random_state=1).split(x[train], y[train], groups))
    fixed = {'objective': 'binary', 'verbose': -1, 'seed': 1, 'num_threads': 1, 'deterministic': True, 'force_row_wise': True}
    data = lambda: lgb.Dataset(x[train], y[train], categorical_feature=categorical, free_raw_data=False)
    rng, start, best = np.random.default_rng(1), time.process_time(), None
    for trial in range(trials):
        setting = {'num_leaves': 31, 'learning_rate': 0.1, 'min_data_in_leaf': 20} if trial == 0 else drawn(rng)
        found = lgb.cv({**fixed, **setting}, data(), num_boost_round=2000, folds=parts, callbacks=[lgb.early_stopping(40, verbose=False)])['valid binary_logloss-mean']
        if best is None or min(found) < best[0]:
            best = (min(found), int(np.argmin(found)) + 1, setting)
    _, rounds, setting = best
    p = lgb.train({**fixed, **setting}, data(), num_boost_round=rounds).predict(x[test])
    seconds = time.process_time() - start
    usual = lgb.train({**fixed}, data(), num_boost_round=100).predict(x[test])
    peer = {'p': p.tolist(), 'usual': usual.tolist(), 'setting': {**setting, 'rounds': rounds}, 'trials': trials, 'seconds': seconds, 'versions': {'lightgbm': lgb.__version__, 'sklearn': sklearn.__version__}}
    (Path(folder) / f'{name}.peer.json').write_text(json.dumps(peer))


if sys.argv[1] == 'table':
    table(*sys.argv[2:5], int(sys.argv[5]), int(sys.argv[6]))
else:
    tune(*sys.argv[2:4], int(sys.argv[4]))
