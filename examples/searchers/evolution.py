"""Regularised evolution: a mutation of the best of a few of the youngest results. Real, Aggarwal, Huang and Le, Regularized
Evolution for Image Classifier Architecture Search (AAAI 2019); here a mutation moves coordinates of the unit cube.

Options: `population` (default 20), `sample` (default 5), `spread` (standard deviation of a mutation, default 0.15).
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "clients" / "python"))
import fettle_searcher as fettle  # noqa: E402


class Evolution(fettle.Sampler):
    name = "evolution"
    reports = False

    def __init__(self, study):
        super().__init__(study)
        self.population = study.options.get("population", 20)
        self.sample = study.options.get("sample", 5)
        self.spread = study.options.get("spread", 0.15)
        self.youngest = []

    def ended(self, trial):
        if trial.state == "completed":
            self.youngest = (self.youngest + [trial])[-self.population :]

    def ask(self, offer):
        random, space = offer.random, self.study.space
        if len(self.youngest) < self.population:
            return fettle.start(space.random(random), "one of the first population, drawn at random")
        rivals = random.sample(self.youngest, min(self.sample, len(self.youngest)))
        parent = min(rivals, key=lambda trial: (trial.value, trial.number))
        origin = space.to_unit(parent.configuration)
        for _ in range(1000):
            # One coordinate for certain, each of the others now and then: children differ from their parent, and not too much.
            certain = random.randrange(len(origin)) if origin else 0
            point = [
                reflected(place + random.gauss(0, self.spread)) if index == certain or random.random() < 0.3 else place
                for index, place in enumerate(origin)
            ]
            child = space.from_unit(point)
            if child is not None:
                return fettle.start(child, f"a mutation of trial {parent.number}", details={"parent": parent.number})
        return fettle.start(space.random(random), f"no mutation of trial {parent.number} is allowed: drawn at random")


def reflected(place):
    """A coordinate that has left the unit interval, reflected into it."""
    place = abs(place) % 2
    return 2 - place if place > 1 else place


if __name__ == "__main__":
    fettle.serve(Evolution)
