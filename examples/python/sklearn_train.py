"""A script of the usual shape: arguments in, a line printed. It knows nothing of Fettle and is tuned as it is."""

import argparse

from sklearn.datasets import load_digits
from sklearn.model_selection import cross_val_score
from sklearn.svm import SVC

parser = argparse.ArgumentParser()
parser.add_argument("--C", type=float, default=1.0)
parser.add_argument("--gamma", type=float, default=0.01)
args = parser.parse_args()

images, labels = load_digits(return_X_y=True)
scores = cross_val_score(SVC(C=args.C, gamma=args.gamma), images / 16, labels, cv=3)
print(f"accuracy: {scores.mean():.4f} (+/- {scores.std():.4f})")
