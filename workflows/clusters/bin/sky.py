"""Galaxies of one field: some in groups, the others anywhere. Positions in arc minutes, a degree on a side."""

import argparse
import random

SIDE = 60.0

parser = argparse.ArgumentParser()
parser.add_argument("--seed", type=int, required=True)
parser.add_argument("--field", type=int, required=True)
parser.add_argument("--groups", type=int, required=True)
parser.add_argument("--galaxies", type=int, required=True)
parser.add_argument("--output", required=True)
options = parser.parse_args()

draw = random.Random(options.seed * 1000 + options.field)
positions = []
for _ in range(options.groups):
    x, y = draw.uniform(3, SIDE - 3), draw.uniform(3, SIDE - 3)
    radius = draw.uniform(0.4, 1.0)
    for _ in range(draw.randint(15, 45)):
        positions.append((draw.gauss(x, radius / 2), draw.gauss(y, radius / 2)))
for _ in range(options.galaxies):
    positions.append((draw.uniform(0, SIDE), draw.uniform(0, SIDE)))

with open(options.output, "w") as out:
    out.write("x,y\n")
    for x, y in positions:
        out.write(f"{x:.4f},{y:.4f}\n")
