"""What a Python program needs to be tuned by Fettle: its values, reports, checkpoints, and whether to stop.

One file without dependencies, for Python 3.8 and newer: copy it beside your program, or put its folder on the path. The same
program runs without Fettle too: then it has the values that it was given as defaults, and its reports are printed.

    import fettle

    trial = fettle.Trial({"learning_rate": 0.1})
    model = Model(trial["learning_rate"])
    if trial.checkpoint is not None:
        model.load(trial.checkpoint)
    for epoch in trial.steps(100):
        loss = model.train_one_epoch()
        trial.report(loss=loss, epoch=epoch)
        with trial.saving() as path:
            model.save(path)

With `resumable: true` in the study, a trial that is interrupted or paused goes on from its checkpoint. The loop ends by itself:
at the level the trial was sent to, or, when the trial should stop, with exit code 75 after the body that saved it.
"""

import contextlib
import json
import os
import shutil
import sys
import time
from pathlib import Path
from typing import Any, Dict, Iterator, Mapping, Optional, Union

__all__ = ["CHECKPOINTED", "Trial"]

CHECKPOINTED = 75
"""Exit code of a program that has saved itself and asks to be resumed."""

_STATE = "state"

Number = Union[int, float]


class Trial(Mapping[str, Any]):
    """The trial that this process is an attempt of; its values by the names of their parameters.

    A parameter that is not active in this trial is absent: `trial.get("momentum", 0)`.
    """

    number: Optional[int]
    """Number of the trial in its study, from 1; `None` without Fettle."""
    attempt: Optional[int]
    """Number of the attempt within the trial, from 1; `None` without Fettle."""
    seed: int
    """A seed for the program's own randomness, the same for all attempts of a trial: 0 to 2^31 - 1; 0 without Fettle."""
    until: Optional[float]
    """Level of resource to run to; `None`: to the program's own end."""
    resume_from: float
    """Resource that earlier attempts have reported; 0: begin afresh."""
    deadline: Optional[float]
    """When the attempt will be stopped, in seconds since 1970; `None`: never."""

    def __init__(
        self,
        defaults: Optional[Mapping[str, Any]] = None,
        checkpoints: Union[str, "os.PathLike[str]", None] = None,
    ) -> None:
        """
        :param defaults: values for a run without Fettle; with Fettle, those of parameters that the study does not have
        :param checkpoints: folder for checkpoints of a run without Fettle; none are kept there if it is not given
        """
        environment = os.environ
        self._values: Dict[str, Any] = dict(defaults or {})
        self._is_tuned = "FETTLE_CONFIG" in environment
        if self._is_tuned:
            with open(environment["FETTLE_CONFIG"], encoding="utf-8") as file:
                self._values.update(json.load(file))
        self.number = _whole(environment.get("FETTLE_TRIAL"))
        self.attempt = _whole(environment.get("FETTLE_ATTEMPT"))
        self.seed = _whole(environment.get("FETTLE_SEED")) or 0
        until = environment.get("FETTLE_RESOURCE")
        self.until = None if until is None else float(until)
        self.resume_from = float(environment.get("FETTLE_RESUME_FROM", 0))
        deadline = environment.get("FETTLE_DEADLINE")
        self.deadline = None if deadline is None else float(deadline)
        folder = environment.get("FETTLE_CHECKPOINT_DIR") if self._is_tuned else checkpoints
        self._folder = None if folder is None else Path(folder)
        self._saved = False

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def report(self, **metrics: Number) -> None:
        """Reports metrics, the study's objective among them: `trial.report(loss=0.3, epoch=4)`.

        Call it in one process only, the first of a distributed training. A value that is not finite is passed on as it is: the
        study decides what that means.
        """
        line = json.dumps({name: _plain(value) for name, value in metrics.items()})
        if self._is_tuned:
            # One write for each line, on disk for whoever looks: the file may be on another machine.
            with open(os.environ["FETTLE_METRICS"], "ab", buffering=0) as file:
                file.write((line + "\n").encode())
        else:
            print(line, flush=True)

    def should_stop(self) -> bool:
        """Whether the program should save itself and end, with exit code 75 (`CHECKPOINTED`)."""
        stop_file = os.environ.get("FETTLE_STOP_FILE") if self._is_tuned else None
        if stop_file is not None and os.path.exists(stop_file):
            return True
        return self.deadline is not None and time.time() >= self.deadline

    def steps(self, last: int, first: int = 1) -> Iterator[int]:
        """The steps that this attempt has to make: from where the trial was left to the level it was sent to.

        Ends the program with exit code 75 between two steps, when it should stop and has saved a checkpoint in this attempt.

        :param last: the last step of a whole training
        :param first: the first one
        """
        done = self.resume_from if self.checkpoint is not None else 0
        until = last if self.until is None else min(last, self.until)
        step = max(first, int(done) + 1)
        while step <= until:
            yield step
            step += 1
            if step <= until and self._saved and self.should_stop():
                raise SystemExit(CHECKPOINTED)

    @property
    def checkpoint(self) -> Optional[Path]:
        """What was saved last, a file or a folder, if the trial goes on from there; `None`: begin afresh."""
        if self._folder is None or (self._is_tuned and self.resume_from == 0):
            return None
        path = self._folder / _STATE
        return path if path.exists() else None

    @contextlib.contextmanager
    def saving(self) -> Iterator[Path]:
        """Gives a path to save to, as a file or as a folder. What is there counts once the block has ended without an error:
        a program that is killed while it saves keeps what it had saved before.
        """
        folder = self._folder if self._folder is not None else Path(".")
        path, fresh, old = folder / _STATE, folder / f"{_STATE}.new", folder / f"{_STATE}.old"
        folder.mkdir(parents=True, exist_ok=True)
        _remove(fresh)
        yield fresh
        if self._folder is None:
            # There is nobody to come back for it.
            _remove(fresh)
            return
        if not fresh.exists():
            raise FileNotFoundError(f"nothing was saved to {fresh}, the path that `saving` gave")
        if path.is_dir():
            # Only files can be replaced in one step. In between there is no state, and the next attempt begins afresh.
            _remove(old)
            os.rename(path, old)
        os.replace(fresh, path)
        _remove(old)
        self._saved = True


def _whole(text: Optional[str]) -> Optional[int]:
    return None if text is None else int(text)


def _plain(value: Any) -> Any:
    """A number of NumPy, PyTorch or TensorFlow as Python's own."""
    item = getattr(value, "item", None)
    return item() if callable(item) else value


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        with contextlib.suppress(FileNotFoundError):
            path.unlink()


if __name__ == "__main__":
    sys.exit("fettle.py is a module: import it from the program that is to be tuned.")
