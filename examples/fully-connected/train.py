"""A fully connected network of three hidden layers on 5,000 made-up points, in PyTorch, as a program that Fettle tunes.

It goes on from its checkpoint, so a searcher may pause it after a few epochs and come back. See docs/trial-protocol.md.
"""

import json
import os
import sys

import torch
from torch import nn

torch.set_num_threads(1)
configuration = json.load(open(os.environ["FETTLE_CONFIG"]))
checkpoint = os.path.join(os.environ["FETTLE_CHECKPOINT_DIR"], "state.pt")
epochs = int(os.environ.get("FETTLE_RESOURCE", 27))

# The same points for each trial: four classes of four clusters each in ten dimensions, in turn for training and for validation.
points = torch.Generator().manual_seed(1)
centres = 4 * torch.rand(16, 10, generator=points)
cluster = torch.randint(0, 16, (5000,), generator=points)
x = centres[cluster] + 0.79 * torch.randn(5000, 10, generator=points)
x = (x - x.mean(0)) / x.std(0)
y = cluster % 4
train, validation = slice(0, 4000), slice(4000, 5000)

seed = int(sys.argv[1]) % 2**31
order = torch.Generator().manual_seed(seed)
torch.manual_seed(seed)
widths = [10, *(configuration[f"units{layer}"] for layer in (1, 2, 3))]
layers = [module for a, b in zip(widths, widths[1:]) for module in (nn.Linear(a, b), nn.ReLU())]
model = nn.Sequential(*layers, nn.Linear(widths[-1], 4))
optimizer = torch.optim.SGD(
    model.parameters(), lr=configuration["learningRate"], momentum=0.9, weight_decay=configuration["l2"]
)
epoch = 0
if os.environ["FETTLE_RESUME_FROM"] != "0" and os.path.exists(checkpoint):
    state = torch.load(checkpoint)
    epoch = state["epoch"]
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    order.set_state(state["order"])

with open(os.environ["FETTLE_METRICS"], "a") as metrics:
    while epoch < epochs:
        model.train()
        for batch in torch.randperm(4000, generator=order).split(configuration["batch"]):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x[train][batch]), y[train][batch]).backward()
            optimizer.step()
        epoch += 1
        model.eval()
        with torch.no_grad():
            accuracy = (model(x[validation]).argmax(1) == y[validation]).float().mean().item()
        # First the report, then the checkpoint: an epoch that is saved is never run again.
        metrics.write(json.dumps({"epoch": epoch, "accuracy": accuracy}) + "\n")
        metrics.flush()
        state = {
            "epoch": epoch,
            "model": model.state_dict(),
            "optimizer": optimizer.state_dict(),
            "order": order.get_state(),
        }
        torch.save(state, checkpoint + ".new")
        os.replace(checkpoint + ".new", checkpoint)
        if os.path.exists(os.environ["FETTLE_STOP_FILE"]) and epoch < epochs:
            sys.exit(75)  # checkpointed, resume me
