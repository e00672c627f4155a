"""A network in Keras, on its PyTorch backend. A callback reports and saves after each epoch of `fit`."""

import os

os.environ.setdefault("KERAS_BACKEND", "torch")

import fettle
import keras
from sklearn.datasets import load_digits

trial = fettle.Trial({"lr": 0.01, "hidden": 64})
keras.utils.set_random_seed(trial.seed)
images, labels = load_digits(return_X_y=True)
images = images.astype("float32") / 16


class Report(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        trial.report(epoch=epoch + 1, accuracy=logs["val_accuracy"])
        with trial.saving() as path:
            path.mkdir()
            self.model.save(path / "model.keras")
        if trial.should_stop() and epoch + 1 < last:
            raise SystemExit(fettle.CHECKPOINTED)


if trial.checkpoint is not None:
    model = keras.models.load_model(trial.checkpoint / "model.keras")
else:
    model = keras.Sequential(
        [keras.Input((64,)), keras.layers.Dense(trial["hidden"], activation="relu"), keras.layers.Dense(10)]
    )
    model.compile(
        optimizer=keras.optimizers.Adam(trial["lr"]),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
last = int(trial.until or 4)
model.fit(
    images[:1200],
    labels[:1200],
    validation_data=(images[1200:], labels[1200:]),
    initial_epoch=int(trial.resume_from) if trial.checkpoint is not None else 0,
    epochs=last,
    verbose=0,
    callbacks=[Report()],
)
