# objective.py
import json
import sys

a, b = float(sys.argv[1]), float(sys.argv[2])
print(json.dumps({"score": a**2 + b}))
