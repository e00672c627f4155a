"""Tests of fettle_searcher.py: `python3 -m unittest fettle_searcher_test`, with nothing but the standard library."""

import json
import random
import subprocess
import sys
import textwrap
import unittest
from pathlib import Path

import fettle_searcher as fettle

PARAMETERS = {
    "rate": {"type": "float", "min": 1e-4, "max": 1, "scale": "log"},
    "momentum": {"type": "float", "min": 0, "max": 0.999, "scale": "reverse-log", "when": {"optimizer": ["sgd"]}},
    "optimizer": {"type": "categorical", "values": ["sgd", "adam"]},
    "nesterov": {"type": "categorical", "values": [True, 1, False], "when": {"optimizer": ["sgd"]}},
    "units": {"type": "int", "min": 8, "max": 256, "scale": "log"},
    "even": {"type": "int", "min": -4, "max": 4, "step": 2},
    "drop": {"type": "float", "min": 0, "max": 0.5, "step": 0.1},
    "batch": {"type": "ordinal", "values": [16, 32, 64]},
    "version": {"type": "constant", "value": "v1"},
}
HELLO = {
    "type": "hello", "protocol": 1, "fettle": "0", "resumable": False, "seed": 1, "options": {"a": [1]},
    "space": {"parameters": {"x": {"type": "float", "min": 0, "max": 1}}, "forbidden": []},
    "objective": {"metric": "loss", "goal": "minimize"},
}  # fmt: skip


class SpaceTest(unittest.TestCase):
    def test_places_and_values_correspond(self):
        space, generator = fettle.Space(PARAMETERS, []), random.Random(1)
        self.assertNotIn("version", space.dimensions)
        for _ in range(500):
            one = space.random(generator)
            again = space.from_unit(space.to_unit(one))
            for name, value in one.items():
                if isinstance(value, float):
                    self.assertAlmostEqual(again[name] / (abs(value) or 1), value / (abs(value) or 1))
                else:
                    self.assertIs(type(again[name]), type(value))
                    self.assertEqual(again[name], value)

    def test_the_ends_are_the_bounds(self):
        space = fettle.Space(PARAMETERS, [])
        low = space.from_unit([0] * len(space.dimensions))
        high = space.from_unit([1] * len(space.dimensions))
        self.assertEqual((low["units"], low["even"], low["batch"], low["momentum"]), (8, -4, 16, 0))
        self.assertEqual((high["units"], high["even"], high["batch"]), (256, 4, 64))
        self.assertEqual(high["optimizer"], "adam")
        # Rounded to the space's digits by the driver.
        self.assertAlmostEqual(low["rate"], 1e-4, places=15)

    def test_each_value_of_a_list_has_the_same_share(self):
        space = fettle.Space({"even": PARAMETERS["even"], "batch": PARAMETERS["batch"]}, [])
        generator, counts = random.Random(2), {}
        for _ in range(15_000):
            one = space.random(generator)
            counts[one["even"]] = counts.get(one["even"], 0) + 1
        self.assertEqual(sorted(counts), [-4, -2, 0, 2, 4])
        for count in counts.values():
            self.assertAlmostEqual(count, 3000, delta=250)

    def test_parameters_are_active_under_their_conditions(self):
        space = fettle.Space(PARAMETERS, [])
        for place, active in ((0.1, True), (0.9, False)):
            point = [place if name == "optimizer" else 0.5 for name in space.dimensions]
            self.assertEqual("momentum" in space.from_unit(point), active)
        self.assertEqual(space.to_unit({"optimizer": "adam"})[space.dimensions.index("momentum")], 0.5)

    def test_truth_is_not_one(self):
        # In Python True == 1; in a search space they are two values.
        space = fettle.Space(
            {"flag": {"type": "categorical", "values": [1, True]}, "child": {"type": "int", "min": 1, "max": 2, "when": {"flag": [True]}}},
            [],
        )  # fmt: skip
        self.assertNotIn("child", space.from_unit([0.1, 0.5]))
        self.assertIn("child", space.from_unit([0.9, 0.5]))
        self.assertEqual(space.to_unit({"flag": True})[0], 0.75)

    def test_what_is_forbidden_is_not_tried(self):
        parameters = {"a": {"type": "int", "min": 1, "max": 2}, "b": {"type": "int", "min": 1, "max": 2, "when": {"a": [1]}}}
        space, generator = fettle.Space(parameters, [{"a": [1], "b": [1]}]), random.Random(3)
        self.assertIsNone(space.from_unit([0, 0]))
        # b is not active there, so its value forbids nothing.
        self.assertEqual(space.from_unit([1, 0]), {"a": 2})
        seen = {tuple(space.random(generator).items()) for _ in range(100)}
        self.assertEqual(seen, {(("a", 1), ("b", 2)), (("a", 2),)})
        with self.assertRaisesRegex(ValueError, "forbidden"):
            fettle.Space(parameters, [{"a": [1, 2]}]).random(generator)


class ServeTest(unittest.TestCase):
    def serve(self, program, *messages, code=0):
        """What a searcher answers to these messages."""
        source = "import fettle_searcher as fettle\n" + textwrap.dedent(program) + "\nfettle.serve(S)\n"
        lines = "".join(json.dumps(message) + "\n" for message in messages)
        done = subprocess.run(
            [sys.executable, "-c", source],
            input=lines, stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True, timeout=60,
            cwd=str(Path(__file__).parent),
        )  # fmt: skip
        self.assertEqual(done.returncode, code, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()], done.stderr

    def test_says_what_it_is_and_answers_questions(self):
        program = """
        class S(fettle.Sampler):
            name, reports, handles = "mine", False, ()
            def ask(self, offer):
                print("thinking of", offer.trial)
                return fettle.start({"x": offer.random.random()}, "because", details={"options": self.study.options})
        """
        ask = {"type": "ask", "id": 4, "trial": 1, "draw": 0, "seed": 5}
        answers, errors = self.serve(program, HELLO, ask, {"type": "weather", "rain": True}, dict(ask, id=5, wind="west"))
        self.assertEqual(
            answers[0],
            {"type": "ready", "protocol": 1, "name": "mine", "version": "1", "role": "sampler", "space": [], "needs": [], "reports": False},
        )  # fmt: skip
        start = {"type": "start", "configuration": {"x": random.Random(5).random()}, "reason": "because", "details": {"options": {"a": [1]}}}
        self.assertEqual(answers[1:], [dict(start, id=4), dict(start, id=5)])
        # What is printed must not be taken for an answer.
        self.assertEqual(errors, "thinking of 1\nthinking of 1\n")

    def test_knows_its_trials_before_it_is_told(self):
        program = """
        class S(fettle.Searcher):
            def decide(self, trial, report):
                return fettle.stop(f"{trial.value} {trial.resource} {len(trial.reports)} {report.value}")
            def ask(self, offer):
                return fettle.wait(repr([(t.number, t.state, t.value, t.resource, t.failure, t.is_evidence, t.until)
                                         for t in self.study.trials.values()]))
        """
        started = {"type": "started", "configuration": {"x": 0.5}, "origin": "searcher", "until": 3}
        report = {"type": "report", "trial": 1, "resource": 2, "value": "Infinity", "metrics": {"loss": "NaN"}}
        answers, _ = self.serve(
            program,
            HELLO,
            dict(started, trial=1),
            dict(report, resource=1, value=0.25, decision="continue"),
            dict(report, id=1),
            {"type": "ended", "trial": 1, "state": "paused", "resource": 2},
            {"type": "resumed", "trial": 1, "until": 9},
            dict(started, trial=2, forkedFrom=1),
            {"type": "ended", "trial": 2, "state": "failed", "failure": "node", "message": "gone", "resource": 0},
            dict(started, trial=3),
            {"type": "ended", "trial": 3, "state": "completed", "value": 0.125, "resource": 4},
            {"type": "ask", "id": 2, "trial": 4, "draw": 0, "seed": 0},
        )
        self.assertEqual(answers[1], {"type": "stop", "reason": "0.25 1 1 inf", "id": 1})
        trials = [
            (1, "running", float("inf"), 2, None, False, 9),
            (2, "failed", None, 0, "node", False, 3),
            (3, "completed", 0.125, 4, None, True, 3),
        ]
        self.assertEqual(answers[2]["reason"], repr(trials))

    def test_says_its_errors_in_answers(self):
        program = """
        class S(fettle.Sampler):
            def ask(self, offer):
                return fettle.start({"x": float("nan")} if offer.trial == 1 else {"x": 1 / 0}, "r")
        """
        ask = {"type": "ask", "id": 1, "trial": 1, "draw": 0, "seed": 5}
        answers, errors = self.serve(program, HELLO, ask, code=1)
        self.assertRegex(answers[1].pop("message"), "^ValueError: Out of range float values")
        self.assertEqual(answers[1], {"type": "error"})
        answers, errors = self.serve(program, HELLO, dict(ask, trial=2), code=1)
        self.assertEqual(answers[1]["message"], "ZeroDivisionError: division by zero")
        self.assertIn("Traceback", errors)

    def test_says_that_an_answer_was_forgotten(self):
        program = """
        class S(fettle.Searcher):
            def ask(self, offer):
                fettle.wait("r")
            def decide(self, trial, report):
                return fettle.start, {"x": 0.5}
        """
        ask = {"type": "ask", "id": 1, "trial": 1, "draw": 0, "seed": 5}
        answers, _ = self.serve(program, HELLO, ask, code=1)
        self.assertRegex(answers[1]["message"], r"^TypeError: the answer to 'ask' is None; return what start\(\)")
        started = {"type": "started", "trial": 1, "configuration": {"x": 0.5}, "origin": "searcher"}
        report = {"type": "report", "id": 2, "trial": 1, "resource": 1, "value": 0.5, "metrics": {"loss": 0.5}}
        answers, _ = self.serve(program, HELLO, started, report, code=1)
        self.assertRegex(answers[1]["message"], r"^TypeError: the answer to 'report' is \(<function start")

    def test_writes_long_answers_whole_while_signals_arrive(self):
        program = """
        import atexit, signal
        signal.signal(signal.SIGALRM, lambda *_: None)
        signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
        atexit.register(signal.setitimer, signal.ITIMER_REAL, 0)
        class S(fettle.Sampler):
            def ask(self, offer):
                return fettle.start({"x": 0.5}, "r", details={"long": "x" * 900_000})
        """
        ask = {"type": "ask", "draw": 0, "seed": 5}
        answers, _ = self.serve(program, HELLO, *(dict(ask, id=trial, trial=trial) for trial in range(1, 21)))
        self.assertEqual([answer["id"] for answer in answers[1:]], list(range(1, 21)))

    def test_writes_numbers_of_other_libraries(self):
        program = """
        class Number:
            def item(self):
                return 0.5
        class S(fettle.Searcher):
            def ask(self, offer):
                return {2: fettle.fork(1, {"x": Number()}, "r", until=3), 3: fettle.resume(1, "r", until=9),
                        4: fettle.exhausted("r")}[offer.trial]
        """
        ask = {"type": "ask", "id": 1, "draw": 0, "seed": 5}
        answers, _ = self.serve(program, HELLO, *(dict(ask, trial=trial) for trial in (2, 3, 4)))
        self.assertEqual(answers[1], {"type": "fork", "from": 1, "configuration": {"x": 0.5}, "until": 3, "reason": "r", "id": 1})
        self.assertEqual(answers[2], {"type": "resume", "trial": 1, "until": 9, "reason": "r", "id": 1})
        self.assertEqual(answers[3], {"type": "exhausted", "reason": "r", "id": 1})


if __name__ == "__main__":
    unittest.main()
