"""Asynchronous successive halving over random configurations: a searcher that also says how long each trial runs. Li and
others, A System for Massively Parallel Hyperparameter Tuning (MLSys 2020), the variant that pauses and resumes.

Options: `rungs`, levels of resource, lowest first (default [1, 3, 9]); `reduction`, one in so many goes on (default 3).
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "clients" / "python"))
import fettle_searcher as fettle  # noqa: E402


class Halving(fettle.Searcher):
    name = "halving"

    def __init__(self, study):
        super().__init__(study)
        self.rungs = study.options.get("rungs", [1, 3, 9])
        self.reduction = study.options.get("reduction", 3)
        # For each rung the value of every trial that has reached it, and those that were allowed to go on.
        self.results = [{} for _ in self.rungs]
        self.promoted = [set() for _ in self.rungs]

    def ask(self, offer):
        for level in reversed(range(len(self.rungs) - 1)):
            candidate = self.candidate(level)
            if candidate is not None:
                reason = f"among the best {len(self.results[level]) // self.reduction} at {self.rungs[level]}"
                return fettle.resume(candidate, reason, until=self.rungs[level + 1])
        return fettle.start(self.study.space.random(offer.random), "nothing to promote", until=self.rungs[0])

    def candidate(self, level):
        """The best paused trial at a rung that may go on and has not."""
        ranked = sorted(self.results[level].items(), key=lambda item: (item[1], item[0]))
        for number, _ in ranked[: len(ranked) // self.reduction]:
            if number not in self.promoted[level] and self.study.trials[number].state == "paused":
                return number
        return None

    def decide(self, trial, report):
        if report.resource >= self.rungs[-1]:
            return fettle.stop("reached the top")
        if report.resource >= (trial.until or self.rungs[0]):
            return fettle.pause(f"reached {trial.until}")
        return fettle.go_on()

    def reported(self, trial, report):
        for level, rung in enumerate(self.rungs):
            if report.resource >= rung:
                self.results[level].setdefault(trial.number, report.value)

    def resumed(self, trial):
        self.promoted[self.rungs.index(trial.until) - 1].add(trial.number)

    def ended(self, trial):
        if trial.state == "failed":
            # It stays in the count, and loses.
            level = next((i for i, rung in enumerate(self.rungs) if trial.resource < rung), len(self.rungs) - 1)
            self.results[level].setdefault(trial.number, float("inf"))


if __name__ == "__main__":
    fettle.serve(Halving)
