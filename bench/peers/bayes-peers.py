"""Samplers of other frameworks behind JSON lines on stdin and stdout, for bench/bayes.

    python bayes-peers.py optuna-gp|optuna-gp-noisy|optuna-tpe SEED SPACE-AS-JSON

Lines in:  {"op": "tell", "configuration": {...}, "value": 1.5}   a configuration that the sampler did not choose
           {"op": "ask"}                                          answered with a configuration
           {"op": "answer", "value": 1.5}                         the value of the last one
           {"op": "cpu"}                                          answered with the seconds of CPU time used so far
Ordinal parameters are given to the sampler as the index of their value, words as categories.
"""

import json
import sys
import time

import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

optuna.logging.set_verbosity(optuna.logging.ERROR)


def distribution(spec):
    kind = spec["type"]
    if kind == "float":
        return FloatDistribution(spec["min"], spec["max"], log=spec.get("scale") == "log")
    if kind == "int":
        return IntDistribution(spec["min"], spec["max"], log=spec.get("scale") == "log")
    if kind == "ordinal":
        return IntDistribution(0, len(spec["values"]) - 1)
    return CategoricalDistribution(spec["values"])


def main():
    name, seed, text = sys.argv[1:4]
    specs = json.loads(text)
    specs = specs.get("parameters", specs)
    distributions = {key: distribution(spec) for key, spec in specs.items()}
    ordinal = {key: spec["values"] for key, spec in specs.items() if spec["type"] == "ordinal"}
    seed = int(seed)
    sampler = {
        "optuna-gp": lambda: optuna.samplers.GPSampler(seed=seed, deterministic_objective=True),
        "optuna-gp-noisy": lambda: optuna.samplers.GPSampler(seed=seed),
        "optuna-tpe": lambda: optuna.samplers.TPESampler(seed=seed),
    }[name]()
    study = optuna.create_study(direction="minimize", sampler=sampler)
    asked = None
    for line in sys.stdin:
        message = json.loads(line)
        answer = None
        if message["op"] == "tell":
            given = message["configuration"]
            params = {key: ordinal[key].index(value) if key in ordinal else value for key, value in given.items()}
            trial = optuna.trial.create_trial(params=params, distributions=distributions, value=message["value"])
            study.add_trial(trial)
        elif message["op"] == "cpu":
            answer = time.process_time()
        elif message["op"] == "ask":
            asked = study.ask(distributions)
            answer = {key: ordinal[key][value] if key in ordinal else value for key, value in asked.params.items()}
        else:
            study.tell(asked, message["value"])
        print(json.dumps(answer), flush=True)


main()
