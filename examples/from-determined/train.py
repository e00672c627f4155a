# train.py: stands for the training; what it would save is how far it has come
import json
import math
import os

values = json.load(open(os.environ["FETTLE_CONFIG"]))
until = float(os.environ["FETTLE_RESOURCE"])
batch = float(os.environ["FETTLE_RESUME_FROM"])

floor = 0.05 + 0.1 * abs(math.log10(values["learning_rate"] / 0.05)) + 0.1 * abs(values["dropout1"] - 0.3)
floor += 1 / values["n_filters1"] + 1 / values["n_filters2"] + 0.05 * abs(values["dropout2"] - 0.5)
with open(os.environ["FETTLE_METRICS"], "a") as metrics:
    while batch < until:
        batch = min(batch + 50, until)
        metrics.write(json.dumps({"batch": batch, "validation_loss": floor + 20 / (batch + 10)}) + "\n")
