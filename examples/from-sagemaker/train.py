# train.py: stands for the training script of the image
import argparse
import math

parser = argparse.ArgumentParser()
for name in ("learning_rate", "l2", "units_1", "units_2", "units_3", "batch_size", "epochs"):
    parser.add_argument(f"--{name}", type=float)
given = parser.parse_args()

skill = 1 - 0.08 * abs(math.log10(given.learning_rate / 0.01)) - 0.02 * given.l2
skill -= 0.02 * abs(math.log10(given.batch_size / 50))
skill -= 0.01 * sum(abs(math.log10(units / 200)) for units in (given.units_1, given.units_2, given.units_3))
for epoch in range(1, int(given.epochs) + 1):
    print(f"epoch {epoch}: accuracy={skill - 0.5 / (epoch + 1):.4f}", flush=True)
