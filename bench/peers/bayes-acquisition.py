"""Numbers for the tests of the acquisition function, with 60 digits: python bench/peers/bayes-acquisition.py > FILE.json

Needs mpmath. The expected improvement's logarithm and its derivative over 40 decades of u, erfcx, and the logarithm of the
normal distribution function.
"""

import json

import mpmath

mpmath.mp.dps = 60

# Beyond, forty terms of the asymptotic series have sixty digits.
FAR = 100


def density(u):
    return mpmath.exp(-u * u / 2) / mpmath.sqrt(2 * mpmath.pi)


def mills(u):
    """Distribution over density; by the continued fraction's limit of erfc far out."""
    return mpmath.sqrt(mpmath.pi / 2) * scaled_erfc(-u / mpmath.sqrt(2))


def scaled_erfc(x):
    if x > FAR:
        terms = [mpmath.mpf(1)]
        for k in range(1, 40):
            terms.append(terms[-1] * -(2 * k - 1) / (2 * x * x))
        return sum(terms) / (x * mpmath.sqrt(mpmath.pi))
    with mpmath.workdps(120):
        return mpmath.exp(x * x) * mpmath.erfc(x)


def improvement(u):
    u = mpmath.mpf(u)
    with mpmath.workdps(200):
        rest = 1 + u * mills(u) if abs(u) < FAR else far_rest(u)
        value = -u * u / 2 - mpmath.log(2 * mpmath.pi) / 2 + mpmath.log(rest)
        return [float(u), float(value), float(mills(u) / rest)]


def far_rest(u):
    total, term = mpmath.mpf(0), mpmath.mpf(1)
    for k in range(1, 40):
        term *= -(2 * k - 1) / (u * u)
        total -= term
    return total


def log_distribution(u):
    u = mpmath.mpf(u)
    if u < 0:
        return [float(u), float(-u * u / 2 - mpmath.log(2 * mpmath.pi) / 2 + mpmath.log(mills(u)))]
    return [float(u), float(mpmath.log(1 - density(u) * mills(-u)))]


small = [10 ** (k / 4) for k in range(-136, 5)]
arguments = [-(10 ** (k / 4)) for k in range(24, -137, -1)] + [0.0] + small
print(
    json.dumps(
        {
            "made by": "bench/peers/bayes-acquisition.py, mpmath " + mpmath.__version__,
            "erfcx": [[x, float(scaled_erfc(mpmath.mpf(x)))] for x in [0, 1e-9, 0.1, 0.46, 0.47, 1, 2.5, 3.9, 4.1, 10, 30, 1e3, 1e8]],
            "improvement": [improvement(u) for u in arguments],
            "distribution": [log_distribution(u) for u in [-1e4, -100, -38, -10, -3, -1, -0.1, 0, 0.1, 1, 3, 6]],
        },
        indent=None,
        separators=(",", ":"),
    ).replace("],[", "],\n[")
)
