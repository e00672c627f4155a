"""A linear classifier of scikit-learn, trained pass by pass with `partial_fit`; the model itself is the checkpoint."""

import fettle
import joblib
from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier

trial = fettle.Trial({"alpha": 1e-4, "loss": "log_loss"})
images, labels = load_digits(return_X_y=True)
train, validation = slice(0, 1200), slice(1200, None)

if trial.checkpoint is not None:
    model = joblib.load(trial.checkpoint)
else:
    model = SGDClassifier(loss=trial["loss"], alpha=trial["alpha"], random_state=trial.seed)

for epoch in trial.steps(9):
    model.partial_fit(images[train] / 16, labels[train], classes=range(10))
    trial.report(epoch=epoch, accuracy=model.score(images[validation] / 16, labels[validation]))
    with trial.saving() as path:
        joblib.dump(model, path)
