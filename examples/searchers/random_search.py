"""Random search: the smallest searcher there is."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "clients" / "python"))
import fettle_searcher as fettle  # noqa: E402


class RandomSearch(fettle.Sampler):
    name = "random-search"
    reports = False

    def ask(self, offer):
        return fettle.start(self.study.space.random(offer.random), "drawn at random")


if __name__ == "__main__":
    fettle.serve(RandomSearch)
