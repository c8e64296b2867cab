# Writes value-survival.json: lifelines 0.30.3 on its data sets rossi.csv (Rossi, Berk & Lenihan 1980; lifelines is MIT licensed; a copy lies beside this script) and on 12 subjects
# with ties in time.
#   python test/golden/value-survival.py > test/golden/value-survival.json
import json
import pandas as pd
from lifelines import CoxPHFitter, KaplanMeierFitter
from lifelines.datasets import load_rossi

rossi = load_rossi()
cox = CoxPHFitter().fit(rossi, 'week', 'arrest', fit_options={'precision': 1e-14})
km = KaplanMeierFitter().fit(rossi.week, rossi.arrest)
small = pd.DataFrame({'t': [1, 2, 2, 2, 3, 4, 4, 5, 6, 6, 7, 9], 'e': [1, 1, 1, 0, 1, 1, 0, 1, 1, 1, 0, 1], 'a': [3, 1, 2, 2, 5, 1, 4, 2, 0, 3, 1, 2], 'b': [0, 1, 0, 1, 1, 0, 0, 1, 0, 1, 1, 0]})
tied = CoxPHFitter().fit(small, 't', 'e', fit_options={'precision': 1e-14})
tiedKm = KaplanMeierFitter().fit(small.t, small.e)


def of_cox(fit, frame):
    lr = fit.log_likelihood_ratio_test()
    return {
        'names': list(fit.params_.index), 'coefficients': fit.params_.tolist(), 'errors': fit.standard_errors_.tolist(), 'p': fit.summary['p'].tolist(), 'logLikelihood': fit.log_likelihood_,
        'concordance': fit.concordance_index_, 'ratio': lr.test_statistic, 'ratioP': lr.p_value, 'times': fit.baseline_survival_.index.tolist(),
        'first': fit.predict_survival_function(frame.iloc[:3]).T.values.tolist(),
    }


def of_km(fit):
    return {'times': fit.survival_function_.index.tolist(), 'survival': fit.survival_function_.iloc[:, 0].tolist(), 'interval': fit.confidence_interval_.values.tolist(), 'median': fit.median_survival_time_ if fit.median_survival_time_ < 1e9 else None}


print(json.dumps({'rossi': {'cox': of_cox(cox, rossi), 'km': of_km(km)}, 'tied': {'rows': small.to_dict('list'), 'cox': of_cox(tied, small), 'km': of_km(tiedKm)}}))
