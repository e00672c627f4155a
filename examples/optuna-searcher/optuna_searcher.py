"""Optuna's samplers as a searcher of Fettle. Needs `pip install optuna`.

Options: `sampler`, a class of `optuna.samplers` (default `TPESampler`), and `arguments` for it (default: `multivariate` and
`constant_liar` for TPESampler).

For each question a study of Optuna is put together from Fettle's trials and asked once, with a new sampler that has the
question's seed. So asking changes nothing, and a search that was killed goes on as if nothing had been. It suits the samplers that know
nothing but the study's trials: TPESampler, GPSampler, RandomSampler. CmaEsSampler and NSGAIISampler keep notes in trials of their own.
"""

import pathlib
import sys

import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.trial import TrialState, create_trial

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "clients" / "python"))
import fettle_searcher as fettle  # noqa: E402

STATES = {
    "running": TrialState.RUNNING,
    "paused": TrialState.RUNNING,
    "completed": TrialState.COMPLETE,
    "stopped": TrialState.PRUNED,
}


class OptunaSearcher(fettle.Sampler):
    name = "optuna"
    handles = ("conditional",)

    def __init__(self, study):
        super().__init__(study)
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self.sampler = study.options.get("sampler", "TPESampler")
        usual = {"multivariate": True, "constant_liar": True} if self.sampler == "TPESampler" else {}
        self.arguments = study.options.get("arguments", usual)
        specs = {name: spec for name, spec in study.space.parameters.items() if spec["type"] != "constant"}
        self.scales = {name: Scale(spec) for name, spec in specs.items()}
        self.frozen = {}

    def started(self, trial):
        self.frozen[trial.number] = self.freeze(trial)

    def reported(self, trial, report):
        self.frozen[trial.number] = self.freeze(trial)

    def ended(self, trial):
        self.frozen[trial.number] = self.freeze(trial)

    def freeze(self, trial):
        """The trial as Optuna keeps it."""
        state = STATES.get(trial.state)
        if trial.state == "failed":
            # Optuna leaves failed trials out of its models. Pruned before the first report, one is worse than all others.
            state = TrialState.PRUNED if trial.is_evidence else TrialState.FAIL
        values = {name: value for name, value in trial.configuration.items() if name in self.scales}
        return create_trial(
            state=state,
            value=trial.value if state == TrialState.COMPLETE else None,
            params={name: self.scales[name].inward(value) for name, value in values.items()},
            distributions={name: self.scales[name].distribution for name in values},
            intermediate_values={int(report.resource): report.value for report in trial.reports},
        )

    def ask(self, offer):
        sampler = getattr(optuna.samplers, self.sampler)(seed=offer.seed % 2**32, **self.arguments)
        study = optuna.create_study(sampler=sampler)
        study.add_trials(self.frozen.values())
        trial = study.ask()
        values = {}
        # Parents before their children: only those that are active are suggested.
        for name in sorted(self.study.space.parameters, key=self.depth):
            if name in self.study.space.active({**values, name: None}):
                constant = self.study.space.parameters[name].get("value")
                values[name] = constant if name not in self.scales else self.scales[name].suggest(trial, name)
        known = sum(frozen.state == TrialState.COMPLETE for frozen in self.frozen.values())
        return fettle.start(values, f"{self.sampler} of Optuna, {known} results known")

    def depth(self, name):
        """Parameters above this one."""
        return max((1 + self.depth(parent) for parent in self.study.space.parameters[name].get("when", {})), default=0)


class Scale:
    """A parameter as Optuna sees it, and the way there and back."""

    def __init__(self, spec):
        self.spec = spec
        kind, low, high = spec["type"], spec.get("min"), spec.get("max")
        is_log, step = spec.get("scale") == "log", spec.get("step")
        self.is_reversed = spec.get("scale") == "reverse-log"
        if kind == "categorical":
            self.distribution = CategoricalDistribution(spec["values"])
        elif kind == "ordinal":
            self.distribution = IntDistribution(0, len(spec["values"]) - 1)
        elif kind == "int":
            self.distribution = IntDistribution(low, high, log=is_log, step=step or 1)
        elif self.is_reversed:
            self.distribution = FloatDistribution(1 - high, 1 - low, log=True)
        else:
            self.distribution = FloatDistribution(low, high, log=is_log, step=step)

    def inward(self, value):
        if self.spec["type"] == "ordinal":
            return self.spec["values"].index(value)
        if self.is_reversed:
            return min(self.distribution.high, max(self.distribution.low, 1 - value))
        return float(value) if self.spec["type"] == "float" else value

    def suggest(self, trial, name):
        distribution = self.distribution
        if isinstance(distribution, CategoricalDistribution):
            return trial.suggest_categorical(name, distribution.choices)
        suggest = trial.suggest_int if isinstance(distribution, IntDistribution) else trial.suggest_float
        number = suggest(name, distribution.low, distribution.high, log=distribution.log, step=distribution.step)
        if self.spec["type"] == "ordinal":
            return self.spec["values"][number]
        return 1 - number if self.is_reversed else number


if __name__ == "__main__":
    fettle.serve(OptunaSearcher)
