"""Friends of friends: galaxies within the linking length are in one group (Huchra & Geller 1982, on the sky only)."""

import argparse
import csv
import os
from collections import defaultdict

FEWEST = 4

parser = argparse.ArgumentParser()
parser.add_argument("--input", required=True)
parser.add_argument("--linking", type=float, required=True, help="arc minutes")
parser.add_argument("--output", required=True)
options = parser.parse_args()

with open(options.input) as rows:
    points = [(float(row["x"]), float(row["y"])) for row in csv.DictReader(rows)]

# Friends are in the same cell of this size or in one beside it.
cells = defaultdict(list)
for number, (x, y) in enumerate(points):
    cells[int(x // options.linking), int(y // options.linking)].append(number)


def friends(number):
    x, y = points[number]
    column, row = int(x // options.linking), int(y // options.linking)
    for beside in ((column + i, row + j) for i in (-1, 0, 1) for j in (-1, 0, 1)):
        for other in cells.get(beside, ()):
            if (points[other][0] - x) ** 2 + (points[other][1] - y) ** 2 <= options.linking**2:
                yield other


seen, groups = set(), []
for start in range(len(points)):
    if start in seen:
        continue
    seen.add(start)
    group, waiting = [], [start]
    while waiting:
        number = waiting.pop()
        group.append(number)
        for other in friends(number):
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    if len(group) >= FEWEST:
        groups.append(sorted(group))

groups.sort(key=len, reverse=True)
os.makedirs("positions", exist_ok=True)
with open(options.output, "w") as out:
    out.write("group,members,positions\n")
    for number, group in enumerate(groups, start=1):
        path = f"positions/{number}.csv"
        out.write(f"G{number:02d},{len(group)},{path}\n")
        with open(path, "w") as positions:
            positions.write("x,y\n")
            for member in group:
                positions.write("{:.4f},{:.4f}\n".format(*points[member]))
