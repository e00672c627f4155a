"""Tests of fettle.py: `python3 -m unittest fettle_test`, with nothing but the standard library."""

import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from unittest import mock

import fettle

TRAIN = """
import sys, fettle
trial = fettle.Trial({"rate": 0.5})
done = int(trial.checkpoint.read_text()) if trial.checkpoint else 0
for epoch in trial.steps(6):
    assert epoch == done + 1, (epoch, done)
    done = epoch
    trial.report(loss=1 / epoch, epoch=epoch)
    with trial.saving() as path:
        path.write_text(str(epoch))
    if epoch == int(sys.argv[1]):
        open(__import__("os").environ["FETTLE_STOP_FILE"], "w").close()
print("done", done)
"""


class Attempt:
    """The environment of an attempt, as a driver makes it."""

    def __init__(self, folder, configuration, **more):
        self.folder = Path(folder)
        (self.folder / "config.json").write_text(json.dumps(configuration))
        self.variables = {
            "FETTLE_CONFIG": str(self.folder / "config.json"),
            "FETTLE_METRICS": str(self.folder / "metrics.jsonl"),
            "FETTLE_CHECKPOINT_DIR": str(self.folder / "checkpoint"),
            "FETTLE_STOP_FILE": str(self.folder / "stop"),
            "FETTLE_RESUME_FROM": "0",
            "FETTLE_SEED": "7",
            "FETTLE_TRIAL": "3",
            "FETTLE_ATTEMPT": "1",
            **{f"FETTLE_{name.upper()}": str(value) for name, value in more.items()},
        }

    def trial(self, *arguments):
        with mock.patch.dict(os.environ, self.variables):
            return fettle.Trial(*arguments)

    def train(self, stop_at):
        environment = {**os.environ, **self.variables, "PYTHONPATH": str(Path(fettle.__file__).parent)}
        return subprocess.run(
            [sys.executable, "-c", TRAIN, str(stop_at)], env=environment, stdout=subprocess.PIPE, text=True, check=False
        )

    def reports(self):
        return [json.loads(line) for line in (self.folder / "metrics.jsonl").read_text().splitlines()]


class TrialTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def test_values_of_the_study_go_before_defaults(self):
        trial = Attempt(self.folder, {"rate": 0.1, "é": True}).trial({"rate": 1, "layers": 2})
        self.assertEqual(dict(trial), {"rate": 0.1, "é": True, "layers": 2})
        self.assertEqual((trial.number, trial.attempt, trial.seed, trial.until), (3, 1, 7, None))
        self.assertEqual(trial.get("momentum", 0), 0)

    def test_a_training_that_is_stopped_goes_on_from_its_checkpoint(self):
        first = Attempt(self.folder, {}, resource=5).train(stop_at=2)
        self.assertEqual((first.returncode, first.stdout), (fettle.CHECKPOINTED, ""))
        os.remove(Path(self.folder, "stop"))
        second = Attempt(self.folder, {}, resource=5, resume_from=2).train(stop_at=0)
        self.assertEqual((second.returncode, second.stdout), (0, "done 5\n"))
        epochs = [report["epoch"] for report in Attempt(self.folder, {}).reports()]
        self.assertEqual(epochs, [1, 2, 3, 4, 5])

    def test_a_stop_at_the_last_step_is_an_end(self):
        self.assertEqual(Attempt(self.folder, {}, resource=3).train(stop_at=3).returncode, 0)

    def test_a_level_reached_beforehand_leaves_nothing_to_do(self):
        attempt = Attempt(self.folder, {}, resource=3, resume_from=3)
        Path(self.folder, "checkpoint").mkdir()
        Path(self.folder, "checkpoint", "state").write_text("3")
        with mock.patch.dict(os.environ, attempt.variables):
            self.assertEqual(list(fettle.Trial().steps(9)), [])

    def test_without_a_checkpoint_it_begins_again(self):
        attempt = Attempt(self.folder, {}, resource=3, resume_from=2)
        with mock.patch.dict(os.environ, attempt.variables):
            self.assertEqual(list(fettle.Trial().steps(9)), [1, 2, 3])

    def test_a_checkpoint_that_was_not_finished_does_not_count(self):
        attempt = Attempt(self.folder, {}, resume_from=1)
        trial = attempt.trial()
        with trial.saving() as path:
            path.write_text("good")
        with self.assertRaises(ValueError), trial.saving() as path:
            path.write_text("ba")
            raise ValueError
        self.assertEqual(attempt.trial().checkpoint.read_text(), "good")

    def test_folders_can_be_saved_again_and_again(self):
        trial = Attempt(self.folder, {}, resume_from=1).trial()
        for text in ("one", "two"):
            with trial.saving() as path:
                path.mkdir()
                (path / "weights").write_text(text)
        self.assertEqual((trial.checkpoint / "weights").read_text(), "two")
        self.assertEqual(sorted(os.listdir(Path(self.folder, "checkpoint"))), ["state"])

    def test_saving_nothing_is_a_mistake(self):
        with self.assertRaisesRegex(FileNotFoundError, "nothing was saved"), Attempt(self.folder, {}).trial().saving():
            pass

    def test_a_deadline_is_a_reason_to_stop(self):
        self.assertFalse(Attempt(self.folder, {}, deadline=int(time.time()) + 60).trial().should_stop())
        self.assertTrue(Attempt(self.folder, {}, deadline=int(time.time()) - 1).trial().should_stop())

    def test_numbers_of_other_libraries_are_reported_as_numbers(self):
        class Scalar:
            def item(self):
                return 0.25

        attempt = Attempt(self.folder, {})
        with mock.patch.dict(os.environ, attempt.variables):
            fettle.Trial().report(loss=Scalar(), epoch=1)
        self.assertEqual(attempt.reports(), [{"loss": 0.25, "epoch": 1}])


class WithoutFettleTest(unittest.TestCase):
    def setUp(self):
        others = {name: text for name, text in os.environ.items() if not name.startswith("FETTLE_")}
        patch = mock.patch.dict(os.environ, others, clear=True)
        patch.start()
        self.addCleanup(patch.stop)

    def test_the_program_runs_as_it_is(self):
        trial = fettle.Trial({"rate": 0.5})
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            for step in trial.steps(2):
                trial.report(loss=trial["rate"] / step)
                with trial.saving() as path:
                    path.write_text("x")
            self.assertEqual(os.listdir(folder), [])
            os.chdir("/")
        self.assertEqual(printed.getvalue(), '{"loss": 0.5}\n{"loss": 0.25}\n')
        self.assertIsNone(trial.checkpoint)
        self.assertFalse(trial.should_stop())

    def test_checkpoints_are_kept_where_it_says(self):
        with tempfile.TemporaryDirectory() as folder:
            trial = fettle.Trial(checkpoints=folder)
            with trial.saving() as path:
                path.write_text("x")
            self.assertEqual(fettle.Trial(checkpoints=folder).checkpoint, Path(folder, "state"))


if __name__ == "__main__":
    unittest.main()
