"""LAPACK (through SciPy) beside our linear algebra: one thread, times in milliseconds.

Reads one request per line, {"operation": ..., "n": ..., "repeat": ...}, and answers each with the times of its repetitions, so
that bench/bayes/linear-algebra.ts can alternate with it.
"""

import json
import os
import sys
import time

os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
from scipy import linalg
from scipy.linalg import lapack
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

DIMENSIONS = 10


def prepare(n):
    points = np.random.default_rng(n).random((n, DIMENSIONS))
    kernel = ConstantKernel(1.0) * Matern(np.full(DIMENSIONS, 0.65), nu=2.5) + WhiteKernel(1e-3)
    covariance = np.asfortranarray(kernel(points))
    return points, kernel, covariance


def operations(n):
    points, kernel, covariance = prepare(n)
    factor = linalg.cholesky(covariance, lower=True)
    right = np.asfortranarray(covariance[:, : min(n, 256)])
    targets = np.sin(points.sum(axis=1))
    process = GaussianProcessRegressor(kernel, optimizer=None).fit(points, targets)
    return {
        "cholesky": lambda: lapack.dpotrf(covariance, lower=1, clean=0),
        "inverse": lambda: lapack.dpotri(factor, lower=1),
        "solve 256": lambda: linalg.solve_triangular(factor, right, lower=True, check_finite=False),
        "likelihood and gradient": lambda: process.log_marginal_likelihood(process.kernel_.theta, eval_gradient=True),
    }


prepared = {}
for line in sys.stdin:
    request = json.loads(line)
    n = request["n"]
    if n not in prepared:
        prepared = {n: operations(n)}
    run = prepared[n][request["operation"]]
    times = []
    for _ in range(request["repeat"]):
        start = time.perf_counter()
        run()
        times.append((time.perf_counter() - start) * 1e3)
    print(json.dumps(times), flush=True)
