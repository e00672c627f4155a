"""What a Python program needs to be a searcher of Fettle: says which configurations to try, and if it likes for how long.

One file without dependencies, for Python 3.8 and newer: copy it beside your program, or put its folder on the path.

    import fettle_searcher as fettle

    class Random(fettle.Sampler):
        def ask(self, offer):
            return fettle.start(self.study.space.random(offer.random), "drawn at random")

    if __name__ == "__main__":
        fettle.serve(Random)

In the study file: `searcher: { type: process, command: [python3, my_searcher.py] }`. Try it: `fettle test-searcher -- python3
my_searcher.py`. What goes over the pipes is described in docs/searcher-protocol.md.

`ask` answers and changes nothing; everything that a searcher knows comes from the study's trials, which are told again from
the beginning when the program is started anew. Randomness comes from the offer. Then a study that is killed and continued, or
whose searcher is killed, decides the same as if nothing had been.
"""

import json
import math
import os
import random
import sys
import traceback
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Sequence, Union

__all__ = [
    "Offer", "Report", "Sampler", "Searcher", "Space", "Study", "Trial",
    "exhausted", "fork", "go_on", "pause", "resume", "serve", "start", "stop", "wait",
]  # fmt: skip

PROTOCOL = 1
"""Version of the protocol that is spoken here."""

Value = Union[int, float, str, bool]
Configuration = Dict[str, Value]
Answer = Dict[str, Any]


class Space:
    """The configurations that may be tried, also as points of the unit cube: one coordinate for each dimension."""

    parameters: Dict[str, Dict[str, Any]]
    """By name, in their order, as the study file writes them; the values of conditions (`when`) are lists."""
    forbidden: List[Dict[str, List[Value]]]
    """Combinations that are never tried."""
    dimensions: List[str]
    """Names of the parameters that are not constants."""

    def __init__(self, parameters: Dict[str, Dict[str, Any]], forbidden: List[Dict[str, List[Value]]]) -> None:
        self.parameters = parameters
        self.forbidden = forbidden
        self.dimensions = [name for name, spec in parameters.items() if spec["type"] != "constant"]

    def random(self, generator: random.Random) -> Configuration:
        """A configuration drawn uniformly, on each parameter's own scale, from those that are not forbidden."""
        for _ in range(10_000):
            configuration = self.from_unit([generator.random() for _ in self.dimensions])
            if configuration is not None:
                return configuration
        raise ValueError("10,000 configurations in a row were forbidden")

    def from_unit(self, point: Sequence[float]) -> Optional[Configuration]:
        """The configuration at a point of the unit cube; `None` if it is forbidden."""
        places = dict(zip(self.dimensions, point))
        values = {
            name: spec["value"] if spec["type"] == "constant" else _from_unit(spec, places[name])
            for name, spec in self.parameters.items()
        }
        return None if self.is_forbidden(values) else {name: values[name] for name in self.active(values)}

    def to_unit(self, configuration: Mapping[str, Value]) -> List[float]:
        """The point of a configuration; 0.5 where a parameter is not active."""
        return [
            _to_unit(self.parameters[name], configuration[name]) if name in configuration else 0.5
            for name in self.dimensions
        ]

    def active(self, values: Mapping[str, Value]) -> List[str]:
        """Names of the parameters that are active when all parameters have these values."""
        return [name for name in self.parameters if self._is_active(name, values)]

    def is_forbidden(self, values: Mapping[str, Value]) -> bool:
        """Whether a configuration is one of those that are never tried."""
        return any(
            all(name in values and self._is_active(name, values) and _among(values[name], some) for name, some in clause.items())
            for clause in self.forbidden
        )  # fmt: skip

    def _is_active(self, name: str, values: Mapping[str, Value]) -> bool:
        when = self.parameters[name].get("when", {})
        return all(
            parent in values and _among(values[parent], some) and self._is_active(parent, values)
            for parent, some in when.items()
        )


class Report(NamedTuple):
    """What a trial said of itself."""

    resource: float
    """Level of resource (epochs, steps, samples) at which it was said."""
    value: float
    """The objective, normalised: less is better whatever the study's goal; infinite if it was not finite."""
    metrics: Dict[str, float]
    """As the trial reported them, in their own sign."""


class Trial:
    """One configuration, and what became of it."""

    def __init__(self, number: int, configuration: Configuration, message: Mapping[str, Any]) -> None:
        self.number = number
        self.configuration = configuration
        self.origin: str = message["origin"]
        """`searcher`, or `first`: the study's own idea."""
        self.until: Optional[float] = message.get("until")
        """Level of resource to run to; `None`: to the program's own end."""
        self.forked_from: Optional[int] = message.get("forkedFrom")
        self.repeat_of: Optional[int] = message.get("repeatOf")
        self.state = "running"
        """`running`, `paused`, `completed`, `stopped` or `failed`."""
        self.resource: float = message.get("resource", 0)
        """Highest resource reported; before that 0, or of a forked trial what the other had reached."""
        self.value: Optional[float] = None
        """Normalised: the last report's, or when it is completed the trial's own by the study's rule."""
        self.failure: Optional[str] = None
        """The class of the failure, such as `oom`."""
        self.reports: List[Report] = []

    @property
    def is_evidence(self) -> bool:
        """Whether the trial says something of its configuration: it is completed, or failed for a reason of its own."""
        if self.state == "failed":
            return self.failure not in ("node", "preempted", "launch")
        return self.state == "completed"


class Study(NamedTuple):
    """What is searched, and how far the search has come."""

    space: Space
    metric: str
    goal: str
    """`minimize` or `maximize`; for people, since values are normalised."""
    resumable: bool
    """Whether a paused trial goes on from its checkpoint, or begins again."""
    seed: int
    """For randomness that belongs to no trial: from 0 to 2^53 - 1."""
    options: Dict[str, Any]
    """The searcher's options in the study file."""
    trials: Dict[int, Trial]
    """All trials by number, kept up to date before the searcher is told."""


class Offer(NamedTuple):
    """A free place."""

    trial: int
    """The number that a new trial would get."""
    draw: int
    """How often an answer to this question was refused because the configuration had been tried already."""
    seed: int
    """From 0 to 2^53 - 1; another one for each trial and draw, the same when the question is asked again."""

    @property
    def random(self) -> random.Random:
        """The random numbers of this answer, from their beginning."""
        return random.Random(self.seed)


class Searcher:
    """Says what runs next and how long. Only what it is told may change its state."""

    role = "searcher"
    name: Optional[str] = None
    """For messages; default: the class's name."""
    version = "1"
    handles: Sequence[str] = ("conditional", "forbidden")
    """What it can deal with beside plain parameters."""
    needs: Sequence[str] = ()
    """`resume`: trials must be able to go on from their checkpoint."""
    reports = True
    """Whether it is told reports; a searcher always is."""

    def __init__(self, study: Study) -> None:
        self.study = study

    def ask(self, offer: Offer) -> Answer:
        """What should run on a free place? Asked twice, it answers the same, and it changes nothing."""
        raise NotImplementedError

    def started(self, trial: Trial) -> None:
        """A trial was created, by this searcher's answer or from elsewhere."""

    def resumed(self, trial: Trial) -> None:
        """A paused trial goes on."""

    def reported(self, trial: Trial, report: Report) -> None:
        """A trial reported, and it was decided already what comes of it."""

    def decide(self, trial: Trial, report: Report) -> Answer:
        """A trial reported: should it go on? Answers from what it was told; `reported` follows when it is decided."""
        return go_on()

    def ended(self, trial: Trial) -> None:
        """A trial left the running state; see its `state`."""


class Sampler(Searcher):
    """Says which configuration is next, and nothing of how long: answers `start` or `exhausted`, and decides nothing."""

    role = "sampler"


def start(
    configuration: Mapping[str, Value],
    reason: str,
    until: Optional[float] = None,
    repeat_of: Optional[int] = None,
    details: Optional[Mapping[str, Any]] = None,
) -> Answer:
    """A new trial. Digits beyond those of the space are rounded, values of parameters that are not active left out.

    :param until: level of resource to run to; default: to the program's own end
    :param repeat_of: the trial whose configuration is repeated on purpose
    :param details: what the reason rests on; kept with the trial, for `fettle explain`
    """
    answer = {"configuration": dict(configuration), "reason": reason}
    return _answer("start", until=until, repeatOf=repeat_of, details=details, **answer)


def resume(trial: int, reason: str, until: Optional[float] = None) -> Answer:
    """A paused trial goes on, to the level `until`."""
    return _answer("resume", trial=trial, until=until, reason=reason)


def fork(source: int, configuration: Mapping[str, Value], reason: str, until: Optional[float] = None) -> Answer:
    """A new trial that begins from another one's checkpoint."""
    return _answer("fork", **{"from": source}, configuration=dict(configuration), until=until, reason=reason)


def wait(reason: str) -> Answer:
    """Nothing now; ask again when something has happened."""
    return _answer("wait", reason=reason)


def exhausted(reason: str) -> Answer:
    """Nothing ever again."""
    return _answer("exhausted", reason=reason)


def go_on(reason: Optional[str] = None) -> Answer:
    """The trial that reported goes on."""
    return _answer("continue", reason=reason)


def pause(reason: str) -> Answer:
    """The trial that reported ends its attempt, keeps its checkpoint and may be resumed."""
    return _answer("pause", reason=reason)


def stop(reason: str, trial: Optional[int] = None) -> Answer:
    """The trial that reported is over for good; in answer to `ask`, a paused trial that cannot go on any more.

    :param trial: the paused trial; only in answer to `ask`
    """
    return _answer("stop", trial=trial, reason=reason)


def serve(searcher: Callable[[Study], Searcher]) -> None:
    """Answers the driver's questions until there are no more, then returns.

    Standard output belongs to the protocol from now on: what is printed goes to standard error.

    :param searcher: the class, or whatever else makes a searcher of a study
    """
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.stdout = sys.stderr

    def say(text: str) -> None:
        answers.write((text + "\n").encode())
        answers.flush()

    session: Optional[_Session] = None
    for line in sys.stdin.buffer:
        message = json.loads(line)
        try:
            if message["type"] == "hello":
                session = _Session(searcher, message)
                answer: Optional[Answer] = session.ready()
            else:
                answer = None if session is None else session.handle(message)
            if "id" in message:
                if not isinstance(answer, dict):
                    made = "return what start(), go_on() and the like make"
                    raise TypeError(f"the answer to '{message['type']}' is {answer!r}; {made}")
                answer = dict(answer, id=message["id"])
            if answer is None:
                continue
            text = json.dumps(answer, allow_nan=False, default=_plain)
        except Exception as error:  # noqa: BLE001: whatever a searcher raises is the driver's to know
            traceback.print_exc()
            if message["type"] == "hello" or "id" in message:
                said = {"type": "error", "message": f"{type(error).__name__}: {error}"}
                say(json.dumps(said))
            raise SystemExit(1) from error
        say(text)


class _Session:
    """One study: keeps its trials and passes on what is said of them."""

    def __init__(self, make: Callable[[Study], Searcher], hello: Mapping[str, Any]) -> None:
        space, objective = hello["space"], hello["objective"]
        self.study = Study(
            Space(space["parameters"], space["forbidden"]),
            objective["metric"],
            objective["goal"],
            hello["resumable"],
            hello["seed"],
            hello["options"],
            {},
        )
        self.searcher = make(self.study)

    def ready(self) -> Answer:
        searcher = self.searcher
        name = searcher.name or type(searcher).__name__
        about = {"role": searcher.role, "reports": searcher.reports, "needs": list(searcher.needs)}
        return _answer("ready", protocol=PROTOCOL, name=name, version=searcher.version, space=list(searcher.handles), **about)

    def handle(self, message: Mapping[str, Any]) -> Optional[Answer]:
        """The answer to a message; `None` to those that want none, and to those that are not known here."""
        kind, trials, searcher = message["type"], self.study.trials, self.searcher
        if kind == "ask":
            return searcher.ask(Offer(message["trial"], message["draw"], message["seed"]))
        if kind == "started":
            trial = Trial(message["trial"], message["configuration"], message)
            trials[trial.number] = trial
            searcher.started(trial)
        elif kind == "resumed":
            trial = trials[message["trial"]]
            trial.state, trial.until = "running", message.get("until")
            searcher.resumed(trial)
        elif kind == "report":
            return self._report(trials[message["trial"]], message)
        elif kind == "ended":
            trial = trials[message["trial"]]
            trial.state, trial.resource = message["state"], message["resource"]
            trial.failure = message.get("failure")
            if "value" in message:
                trial.value = float(message["value"])
            searcher.ended(trial)
        return None

    def _report(self, trial: Trial, message: Mapping[str, Any]) -> Optional[Answer]:
        metrics = {name: float(metric) for name, metric in message["metrics"].items()}
        report = Report(message["resource"], float(message["value"]), metrics)
        decision = self.searcher.decide(trial, report) if "id" in message else None
        # A sampler inside another searcher is not told that a trial was resumed: its next report says so.
        trial.state, trial.resource, trial.value = "running", report.resource, report.value
        trial.reports.append(report)
        self.searcher.reported(trial, report)
        return decision


def _answer(kind: str, **members: Any) -> Answer:
    return {"type": kind, **{name: member for name, member in members.items() if member is not None}}


def _plain(value: Any) -> Any:
    """A number of NumPy, PyTorch or TensorFlow as Python's own."""
    item = getattr(value, "item", None)
    if callable(item):
        return item()
    raise TypeError(f"{type(value).__name__} {value!r} cannot be written as JSON")


def _among(value: Value, some: Sequence[Value]) -> bool:
    """Whether a value is one of these; to Python, `True` would also be 1."""
    return any(value == other and isinstance(value, bool) == isinstance(other, bool) for other in some)


def _choices(spec: Mapping[str, Any]) -> Optional[List[Value]]:
    """The values of a parameter that has a list of them."""
    return spec.get("values")


def _bounds(spec: Mapping[str, Any]) -> "tuple[float, float]":
    """The interval, on the parameter's scale, that is spread over the unit interval."""
    low, high, scale = spec["min"], spec["max"], spec.get("scale", "linear")
    if spec["type"] == "int":
        # Each integer has the part of the interval that rounds to it.
        half = spec.get("step", 1) / 2
        low, high = low - half, high + half
    if scale == "log":
        return math.log(low), math.log(high)
    if scale == "reverse-log":
        return math.log(1 - low), math.log(1 - high)
    return low, high


def _from_unit(spec: Mapping[str, Any], place: float) -> Value:
    choices = _choices(spec)
    if choices is not None:
        return choices[min(len(choices) - 1, int(place * len(choices)))]
    low, high = _bounds(spec)
    number, scale = low + place * (high - low), spec.get("scale", "linear")
    if scale == "log":
        number = math.exp(number)
    elif scale == "reverse-log":
        number = 1 - math.exp(number)
    step = spec.get("step", 1 if spec["type"] == "int" else None)
    if step is not None:
        number = spec["min"] + round((number - spec["min"]) / step) * step
    return min(spec["max"], max(spec["min"], number))


def _to_unit(spec: Mapping[str, Any], value: Any) -> float:
    choices = _choices(spec)
    if choices is not None:
        index = next(index for index, choice in enumerate(choices) if _among(value, [choice]))
        return (index + 0.5) / len(choices)
    low, high = _bounds(spec)
    scale = spec.get("scale", "linear")
    number = math.log(value) if scale == "log" else math.log(1 - value) if scale == "reverse-log" else value
    return 0.5 if high == low else min(1.0, max(0.0, (number - low) / (high - low)))


if __name__ == "__main__":
    sys.exit("fettle_searcher.py is a module: import it from the program that is a searcher.")
