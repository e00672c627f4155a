"""A network in Lightning. A callback reports and saves at the end of each epoch; `fit` goes on from what was saved."""

import fettle
import lightning
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

trial = fettle.Trial({"lr": 0.01, "hidden": 64})
lightning.seed_everything(trial.seed)
images, labels = (torch.tensor(array) for array in load_digits(return_X_y=True))
images = images.float() / 16


class Digits(lightning.LightningModule):
    def __init__(self):
        super().__init__()
        self.model = nn.Sequential(nn.Linear(64, trial["hidden"]), nn.ReLU(), nn.Linear(trial["hidden"], 10))

    def training_step(self, batch, _):
        return nn.functional.cross_entropy(self.model(batch[0]), batch[1])

    def validation_step(self, batch, _):
        self.log("accuracy", (self.model(batch[0]).argmax(1) == batch[1]).float().mean())

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=trial["lr"])


class Report(lightning.Callback):
    def on_train_epoch_end(self, trainer, _):
        trial.report(epoch=trainer.current_epoch + 1, accuracy=trainer.callback_metrics["accuracy"])
        with trial.saving() as path:
            trainer.save_checkpoint(path)
        trainer.should_stop = trial.should_stop()


last = int(trial.until or 4)
trainer = lightning.Trainer(
    max_epochs=last,
    accelerator="cpu",
    callbacks=[Report()],
    num_sanity_val_steps=0,
    logger=False,
    enable_checkpointing=False,
    enable_progress_bar=False,
    enable_model_summary=False,
)
trainer.fit(
    Digits(),
    DataLoader(TensorDataset(images[:1200], labels[:1200]), batch_size=50, shuffle=True),
    DataLoader(TensorDataset(images[1200:], labels[1200:]), batch_size=597),
    ckpt_path=trial.checkpoint,
)
if trainer.current_epoch < last:
    raise SystemExit(fettle.CHECKPOINTED)
