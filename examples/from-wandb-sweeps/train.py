# train.py
import argparse
import json

parser = argparse.ArgumentParser()
parser.add_argument("--x", type=float)
parser.add_argument("--y", type=float)
given = parser.parse_args()

print(json.dumps({"score": given.x**3 + given.y}))  # where wandb.log({"score": …}) was
