"""scikit-learn's Gaussian process as a searcher of Fettle: expected improvement, fitted anew for each question. Needs
`pip install scikit-learn`.

Options: `initial`, trials at random before there is a model (default 8); `candidates`, points among which the best is taken
(default 2000).
"""

import math
import pathlib
import sys
import warnings

import numpy
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "clients" / "python"))
import fettle_searcher as fettle  # noqa: E402


class GaussianProcess(fettle.Sampler):
    name = "sklearn-gp"
    reports = False

    def ask(self, offer):
        space, options = self.study.space, self.study.options
        trials = list(self.study.trials.values())
        known = [trial for trial in trials if trial.is_evidence]
        good = [trial.value for trial in known if trial.state == "completed" and math.isfinite(trial.value)]
        if len(good) < options.get("initial", 8) or not space.dimensions:
            return fettle.start(space.random(offer.random), "before there is a model: drawn at random")
        # What failed was as bad as the worst; what runs now will be, one says, as the mean. A search must not stand still there.
        worst, middle = max(good), sum(good) / len(good)
        pending = [trial for trial in trials if trial.state in ("running", "paused")]
        values = [trial.value if trial.state == "completed" and math.isfinite(trial.value) else worst for trial in known]
        points = numpy.array([space.to_unit(trial.configuration) for trial in known + pending])
        model = self.fitted(points, numpy.array(values + [middle] * len(pending)), offer.seed % 2**32)
        generator = numpy.random.default_rng(offer.seed)
        candidates = self.candidates(points[int(numpy.argmin(values))], generator)
        mean, deviation = model.predict(candidates, return_std=True)
        improvement = expected_improvement(mean, deviation, min(good))
        for index in numpy.argsort(-improvement, kind="stable"):
            configuration = space.from_unit(candidates[index])
            if configuration is not None:
                details = {"mean": float(mean[index]), "deviation": float(deviation[index])}
                reason = f"expected improvement {improvement[index]:.3g} by a Gaussian process of {len(known)} results"
                return fettle.start(configuration, reason, details=details)
        return fettle.start(space.random(offer.random), "every candidate is forbidden: drawn at random")

    def fitted(self, points, values, seed):
        dimensions = points.shape[1]
        kernel = ConstantKernel() * Matern([0.5] * dimensions, (0.05, 20), nu=2.5) + WhiteKernel(1e-2, (1e-6, 1))
        model = GaussianProcessRegressor(kernel, normalize_y=True, random_state=seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return model.fit(points, values)

    def candidates(self, best, generator):
        """Points all over the space, and some around the best one."""
        count = self.study.options.get("candidates", 2000)
        anywhere = generator.random((count, len(best)))
        around = numpy.clip(best + generator.normal(0, 0.1, (count // 4, len(best))), 0, 1)
        return numpy.concatenate([anywhere, around])


def expected_improvement(mean, deviation, best):
    """Mockus, Tiesis and Zilinskas, The application of Bayesian methods for seeking the extremum (1978)."""
    deviation = numpy.maximum(deviation, 1e-12)
    ratio = (best - mean) / deviation
    density = numpy.exp(-(ratio**2) / 2) / math.sqrt(2 * math.pi)
    distribution = numpy.array([(1 + math.erf(each / math.sqrt(2))) / 2 for each in ratio])
    return deviation * (ratio * distribution + density)


if __name__ == "__main__":
    fettle.serve(GaussianProcess)
