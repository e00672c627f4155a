"""A PyTorch script of the usual shape: argparse, a loop over epochs, a line printed for each. Tuned as it is."""

import argparse

import torch
from torch import nn

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=1e-3)
parser.add_argument("--hidden", type=int, default=32)
parser.add_argument("--dropout", type=float, default=0.0)
parser.add_argument("--epochs", type=int, default=10)
args = parser.parse_args()

torch.manual_seed(0)
torch.set_num_threads(1)
# Two spirals, one turned against the other.
turn = torch.rand(2000) * 3 * torch.pi
side = torch.randint(0, 2, (2000,))
angle = turn + side * torch.pi
x = torch.stack([turn * angle.cos(), turn * angle.sin()], 1) / 10 + 0.03 * torch.randn(2000, 2)
train, validation = slice(0, 1500), slice(1500, 2000)

model = nn.Sequential(
    nn.Linear(2, args.hidden),
    nn.ReLU(),
    nn.Dropout(args.dropout),
    nn.Linear(args.hidden, args.hidden),
    nn.ReLU(),
    nn.Linear(args.hidden, 2),
)
optimizer = torch.optim.Adam(model.parameters(), lr=args.lr)

for epoch in range(1, args.epochs + 1):
    model.train()
    for batch in torch.randperm(1500).split(50):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x[train][batch]), side[train][batch])
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        accuracy = (model(x[validation]).argmax(1) == side[validation]).float().mean()
    print(f"epoch {epoch} loss={loss:.4f} val_acc={accuracy:.4f}", flush=True)
