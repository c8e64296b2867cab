# Writes value-special.json: special functions to 17 digits, by mpmath 1.4.1 with 60 digits of working precision.
#   python test/golden/value-special.py > test/golden/value-special.json
import json
import mpmath as mp

mp.mp.dps = 60
f = lambda x: float(mp.mpf(x))
positive = [1e-8, 0.01, 0.243, 0.5, 0.9999, 1, 1.0001, 1.5, 2, 2.5, 3.7, 7.999, 8, 10.25, 33.3, 171, 1000.5, 1e6, 1e12]
hyper = [(a, b, c, z) for a, b, c in [(0.5, 1, 1.5), (1, 26.553, 28.16), (1, 1.6, 1.9), (1, 1000.6, 1002.2), (0.243, 2.426, 2.219), (2.243, 4.426, 4.219), (12.3, 0.7, 3.2)]
         for z in [-25.0, -1.0, -0.3, 0.0, 0.01, 0.4, 0.75, 0.95, 0.999]]
betas = [(a, b, x) for a, b in [(0.5, 0.5), (0.793, 2.426), (6.25, 3.74), (40, 3.74), (812.5, 3.74), (2, 900)] for x in [1e-6, 0.01, 0.2, 0.5, 0.9, 0.999]]
print(json.dumps({
    'lnGamma': [[x, f(mp.loggamma(mp.mpf(x)))] for x in positive],
    'digamma': [[x, f(mp.digamma(mp.mpf(x)))] for x in positive],
    'hypergeometric': [[*p, f(mp.hyp2f1(*[mp.mpf(v) for v in p]))] for p in hyper],
    'incompleteBeta': [[*p, f(mp.betainc(mp.mpf(p[0]), mp.mpf(p[1]), 0, mp.mpf(p[2]), regularized=True))] for p in betas],
    'chiSquareTail': [[k, x, f(mp.gammainc(mp.mpf(k) / 2, mp.mpf(x) / 2, mp.inf, regularized=True))] for k in [1, 2, 7, 30] for x in [0.01, 1.0, 5.0, 33.27, 100.0]],
}))
