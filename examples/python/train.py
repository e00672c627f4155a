"""Ridge regression by gradient descent, with nothing but the standard library, as a program that Fettle tunes.

It reads its values from a file, appends its metrics to another, saves a checkpoint after each epoch, goes on from it, and stops
when it is asked to. All of that is optional; see docs/trial-protocol.md.
"""

import json
import math
import os
import random
import sys

configuration = json.load(open(os.environ["FETTLE_CONFIG"]))
metrics = open(os.environ["FETTLE_METRICS"], "a")
checkpoint = os.path.join(os.environ["FETTLE_CHECKPOINT_DIR"], "weights.json")
epochs = int(os.environ.get("FETTLE_RESOURCE", 20))

# The same data for each trial: y = sin(3x) and some noise, seen through powers of x.
data = random.Random(1)
points = [(x, math.sin(3 * x) + data.gauss(0, 0.1)) for x in (data.uniform(-1, 1) for _ in range(400))]
degree = configuration["degree"]
rows = [([x**power for power in range(degree + 1)], y) for x, y in points]
train, validation = rows[:300], rows[300:]

epoch, weights = 0, [0.0] * (degree + 1)
if os.environ["FETTLE_RESUME_FROM"] != "0" and os.path.exists(checkpoint):
    epoch, weights = json.load(open(checkpoint))


def error(part):
    return sum((sum(w * f for w, f in zip(weights, features)) - y) ** 2 for features, y in part) / len(part)


while epoch < epochs:
    for features, y in train:
        gap = sum(w * f for w, f in zip(weights, features)) - y
        for i, feature in enumerate(features):
            weights[i] -= configuration["learningRate"] * (gap * feature + configuration["decay"] * weights[i])
    epoch += 1
    # First the report, then the checkpoint: an epoch that is saved is never run again.
    metrics.write(json.dumps({"epoch": epoch, "error": error(validation)}) + "\n")
    metrics.flush()
    with open(checkpoint + ".new", "w") as file:
        json.dump([epoch, weights], file)
    os.replace(checkpoint + ".new", checkpoint)
    if os.path.exists(os.environ["FETTLE_STOP_FILE"]) and epoch < epochs:
        sys.exit(75)  # checkpointed, resume me
