"""Boosted trees of LightGBM. Its own loop reports each round; the trees so far are the checkpoint, and boosting goes on from them."""

import fettle
import lightgbm
from sklearn.datasets import load_digits

trial = fettle.Trial({"learning_rate": 0.1, "leaves": 31})
images, labels = load_digits(return_X_y=True)
train = lightgbm.Dataset(images[:1200], labels[:1200], free_raw_data=False)
validation = lightgbm.Dataset(images[1200:], labels[1200:], reference=train, free_raw_data=False)
done = int(trial.resume_from) if trial.checkpoint is not None else 0
rounds = int(trial.until or 27)


def report(at):
    [(_, _, value, _)] = at.evaluation_result_list
    # Rounds are counted on from those of the checkpoint.
    trial.report(round=at.iteration + 1, error=value)
    if trial.should_stop() and at.iteration + 1 < rounds:
        raise lightgbm.callback.EarlyStopException(at.iteration, at.evaluation_result_list)


booster = lightgbm.train(
    {
        "objective": "multiclass",
        "num_class": 10,
        "metric": "multi_error",
        "learning_rate": trial["learning_rate"],
        "num_leaves": trial["leaves"],
        "seed": trial.seed,
        "num_threads": 1,
        "verbosity": -1,
    },
    train,
    num_boost_round=rounds - done,
    init_model=None if trial.checkpoint is None else str(trial.checkpoint),
    valid_sets=[validation],
    callbacks=[report],
)
with trial.saving() as path:
    booster.save_model(path)
if booster.current_iteration() < rounds:
    raise SystemExit(fettle.CHECKPOINTED)
