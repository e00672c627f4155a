"""Numbers of scikit-learn and SciPy for the tests of packages/searcher-bayes.

    python bench/peers/bayes-reference.py > packages/searcher-bayes/test/fixtures/gaussian-process.json

needs scikit-learn and SciPy (written with 1.9.1 and 1.17.1). Nothing here is random but for the seeds.
"""

import json
import sys

import numpy as np
import scipy
import sklearn
from scipy import linalg, stats
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

JITTER = 1e-10


def case(seed, n, d, noise_scale):
    random = np.random.default_rng(seed)
    points = random.random((n, d))
    targets = np.sin(3 * points @ np.arange(1, d + 1) / d) + points[:, 0] ** 2 + noise_scale * random.standard_normal(n)
    length_scales = np.exp(random.uniform(-1.5, 1, d))
    output_scale = float(np.exp(random.uniform(-1, 1)))
    noise = float(10 ** random.uniform(-4, -1))
    kernel = ConstantKernel(output_scale) * Matern(length_scales, nu=2.5) + WhiteKernel(noise)
    covariance = kernel(points) + JITTER * output_scale * np.eye(n)
    factor = linalg.cho_factor(covariance, lower=True)
    ones = np.ones(n)
    # The most probable constant mean under a standard normal prior.
    mean = float(ones @ linalg.cho_solve(factor, targets) / (ones @ linalg.cho_solve(factor, ones) + 1))
    process = GaussianProcessRegressor(kernel, alpha=JITTER * output_scale, optimizer=None).fit(points, targets - mean)
    value, gradient = process.log_marginal_likelihood(process.kernel_.theta, eval_gradient=True)
    signal = ConstantKernel(output_scale) * Matern(length_scales, nu=2.5)
    # Here the jitter grows with the output scale; scikit-learn's does not, and so lacks its part of the derivative.
    weights = linalg.cho_solve(factor, targets - mean)
    gradient[0] += 0.5 * (weights @ weights - np.trace(linalg.cho_solve(factor, np.eye(n)))) * JITTER * output_scale
    at = random.random((5, d))
    cross = signal(at, points)
    posterior = mean + cross @ linalg.cho_solve(factor, targets - mean)
    joint = signal(at) - cross @ linalg.cho_solve(factor, cross.T)
    return {
        "points": points.tolist(),
        "targets": targets.tolist(),
        "lengthScales": length_scales.tolist(),
        "outputScale": output_scale,
        "noise": noise,
        "mean": mean,
        # scikit-learn's order is output scale, length-scales, noise; all logarithms.
        "logLikelihood": value,
        "gradient": {"outputScale": gradient[0], "lengthScales": gradient[1:-1].tolist(), "noise": gradient[-1]},
        "at": at.tolist(),
        "posteriorMean": posterior.tolist(),
        "posteriorCovariance": joint.tolist(),
        "leaveOneOut": leave_one_out(covariance, targets, mean),
    }


def leave_one_out(covariance, targets, mean):
    """Each target predicted from the others, one model after another; variances with noise."""
    means, variances = [], []
    for i in range(len(targets)):
        others = np.delete(np.arange(len(targets)), i)
        gain = linalg.solve(covariance[np.ix_(others, others)], covariance[others, i], assume_a="pos")
        means.append(mean + gain @ (targets[others] - mean))
        variances.append(covariance[i, i] - gain @ covariance[others, i])
    density = stats.norm(means, np.sqrt(variances)).logpdf(targets).sum()
    return {"mean": np.array(means).tolist(), "variance": np.array(variances).tolist(), "logDensity": float(density)}


def length_scale_prior(d):
    """log density of LogNormal(sqrt 2 + ln(d)/2, sqrt 3)."""
    scales = [0.01, 0.1, 1.0, 10.0]
    density = stats.lognorm(np.sqrt(3), scale=np.exp(np.sqrt(2) + 0.5 * np.log(d))).logpdf(scales)
    return {"dimensions": d, "lengthScales": scales, "logDensity": density.tolist()}


def yeo_johnson():
    values = np.array([-8.0, -2.5, -1.0, -0.25, 0.0, 0.1, 1.0, 3.0, 40.0])
    exponents = [-2.0, -0.5, 0.0, 0.7, 1.0, 2.0, 2.5]
    return {
        "values": values.tolist(),
        "cases": [{"exponent": p, "warped": stats.yeojohnson(values, p).tolist()} for p in exponents],
    }


json.dump(
    {
        "versions": {"scikit-learn": sklearn.__version__, "scipy": scipy.__version__},
        "cases": [case(1, 5, 1, 0.0), case(2, 12, 2, 0.1), case(3, 30, 4, 0.01), case(4, 50, 8, 0.3)],
        "lengthScalePrior": [length_scale_prior(d) for d in (1, 6, 30)],
        "yeoJohnson": yeo_johnson(),
    },
    sys.stdout,
    indent=1,
)
