"""Early stopping of other frameworks on the same learning curves, in the same simulated time; run by bench/asha/peers.ts.

    python bench/peers/asha-peers.py race --data FOLDER --seeds 10 --workers 4 --budget 100
    python bench/peers/asha-peers.py decisions --trials 10000

Prints one JSON object. Workers run side by side in virtual time, one step of a training each second, as in the simulated
cluster of Fettle; a report that comes first is decided first. Frameworks are asked through their own public objects: of Ray
Tune that is the scheduler alone, without its processes.
"""

import argparse
import gzip
import heapq
import json
import math
import pathlib
import random
import statistics
import time
import warnings

import numpy as np
import optuna
import ray
from ray.tune.schedulers import AsyncHyperBandScheduler, TrialScheduler

optuna.logging.set_verbosity(optuna.logging.ERROR)
warnings.filterwarnings("ignore")


class OptunaTrials:
    """Trials of an Optuna study with a random sampler."""

    def __init__(self, pruner, rows, seed):
        self.study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=seed), pruner=pruner)
        self.rows = rows

    def start(self):
        trial = self.study.ask()
        return trial, trial.suggest_int("row", 0, self.rows - 1)

    def keep(self, trial, step, value):
        trial.report(value, step)
        return not trial.should_prune()

    def end(self, trial, value, finished):
        if finished and not math.isnan(value):
            self.study.tell(trial, value)
        else:
            self.study.tell(trial, state=optuna.trial.TrialState.PRUNED)


class RayTrial:
    """All of a trial that the scheduler looks at."""

    def __init__(self, number):
        self.trial_id = str(number)
        self.status = "RUNNING"


class RayTrials:
    """Trials of Ray Tune's ASHA scheduler, with random configurations."""

    def __init__(self, rows, seed, **options):
        np.random.seed(seed)
        self.scheduler = AsyncHyperBandScheduler(metric="loss", mode="min", **options)
        self.random = random.Random(seed)
        self.rows = rows
        self.count = 0

    def start(self):
        trial = RayTrial(self.count)
        self.count += 1
        self.scheduler.on_trial_add(None, trial)
        return trial, self.random.randrange(self.rows)

    def keep(self, trial, step, value):
        result = {"training_iteration": step, "loss": value}
        return self.scheduler.on_trial_result(None, trial, result) == TrialScheduler.CONTINUE

    def end(self, trial, value, finished):
        self.scheduler.on_trial_remove(None, trial)


def contestants(rows, length, seed):
    pruners = optuna.pruners
    yield "optuna, successive halving", lambda: OptunaTrials(
        pruners.SuccessiveHalvingPruner(min_resource=1, reduction_factor=3), rows, seed
    )
    yield "optuna, successive halving, from 3", lambda: OptunaTrials(
        pruners.SuccessiveHalvingPruner(min_resource=3, reduction_factor=3), rows, seed
    )
    yield "optuna, hyperband", lambda: OptunaTrials(
        pruners.HyperbandPruner(min_resource=1, max_resource=length, reduction_factor=3), rows, seed
    )
    yield "ray, asha", lambda: RayTrials(rows, seed, max_t=length, grace_period=1, reduction_factor=3)
    yield "ray, asha, from 3", lambda: RayTrials(rows, seed, max_t=length, grace_period=3, reduction_factor=3)


def race(trials, curves, workers, budget):
    """The best loss of a whole training when the budget, in steps, is used up."""
    best, used, order = math.inf, 0, 0
    running = []

    def launch(now):
        nonlocal order
        trial, row = trials.start()
        heapq.heappush(running, (now + 1, order, trial, row, 1))
        order += 1

    for _ in range(workers):
        launch(0)
    while used < budget:
        now, _, trial, row, step = heapq.heappop(running)
        value = curves[row][step - 1]
        used += 1
        last = step == len(curves[row])
        if last and value < best:
            best = value
        keep = trials.keep(trial, step, value)
        if last or not keep:
            trials.end(trial, value, last)
            launch(now)
        else:
            heapq.heappush(running, (now + 1, order, trial, row, step + 1))
            order += 1
    return best


def races(options):
    results = {}
    for task, path in enumerate(sorted(pathlib.Path(options.data).glob("*.json.gz"))):
        table = json.loads(gzip.open(path).read())
        curves = [[math.nan if value is None else value for value in curve] for curve in table["curves"]]
        length = len(curves[0])
        for seed in range(1000 * task, 1000 * task + options.seeds):
            for name, make in contestants(len(curves), length, seed):
                loss = race(make(), curves, options.workers, options.budget * length)
                results.setdefault(name, {}).setdefault(table["task"], []).append(loss if loss < math.inf else None)
    return results


def decisions(options):
    """Microseconds of a decision at a rung, over the last 500 trials of so many, one trial after the other."""
    results = {}
    for name, make in contestants(options.trials, 256, 0):
        if "from" in name:
            continue
        trials = make()
        values = random.Random(1)
        times = []
        for number in range(options.trials):
            trial, _ = trials.start()
            quality = values.random()
            for step in (1, 3, 9, 27, 81, 256):
                value = quality + values.random() / step
                began = time.process_time_ns()
                keep = trials.keep(trial, step, value)
                if number >= options.trials - 500:
                    times.append((time.process_time_ns() - began) / 1000)
                if not keep:
                    break
            trials.end(trial, value, step == 256 and keep)
        results[name] = {"median": statistics.median(times), "mean": statistics.fmean(times)}
    return results


parser = argparse.ArgumentParser()
parser.add_argument("what", choices=["race", "decisions"])
parser.add_argument("--data")
parser.add_argument("--seeds", type=int, default=10)
parser.add_argument("--workers", type=int, default=4)
parser.add_argument("--budget", type=float, default=100)
parser.add_argument("--trials", type=int, default=10_000)
options = parser.parse_args()
answer = races(options) if options.what == "race" else decisions(options)
print(json.dumps({"versions": {"optuna": optuna.__version__, "ray": ray.__version__}, "results": answer}))
