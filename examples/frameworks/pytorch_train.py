"""A network in PyTorch on the digits of scikit-learn. It goes on from its checkpoint, so a searcher may pause it and come back."""

import fettle
import torch
from sklearn.datasets import load_digits
from torch import nn

trial = fettle.Trial({"lr": 0.01, "hidden": 64, "dropout": 0.1})
torch.manual_seed(trial.seed)
torch.set_num_threads(1)
images, labels = (torch.tensor(array) for array in load_digits(return_X_y=True))
images = images.float() / 16
train, validation = slice(0, 1200), slice(1200, None)

model = nn.Sequential(
    nn.Linear(64, trial["hidden"]), nn.ReLU(), nn.Dropout(trial["dropout"]), nn.Linear(trial["hidden"], 10)
)
optimizer = torch.optim.Adam(model.parameters(), lr=trial["lr"])
if trial.checkpoint is not None:
    state = torch.load(trial.checkpoint)
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])

for epoch in trial.steps(9):
    model.train()
    for batch in torch.randperm(1200).split(50):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(images[train][batch]), labels[train][batch]).backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        accuracy = (model(images[validation]).argmax(1) == labels[validation]).float().mean()
    trial.report(epoch=epoch, accuracy=accuracy)
    with trial.saving() as path:
        torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict()}, path)
