"""Centre and radius of one group; the radius is the root of the mean square distance from the centre."""

import argparse
import csv
import json

parser = argparse.ArgumentParser()
parser.add_argument("--field", type=int, required=True)
parser.add_argument("--group", required=True)
parser.add_argument("--positions", required=True)
parser.add_argument("--output", required=True)
options = parser.parse_args()

with open(options.positions) as rows:
    points = [(float(row["x"]), float(row["y"])) for row in csv.DictReader(rows)]

x = sum(point[0] for point in points) / len(points)
y = sum(point[1] for point in points) / len(points)
square = sum((point[0] - x) ** 2 + (point[1] - y) ** 2 for point in points) / len(points)
fit = {
    "field": options.field,
    "group": options.group,
    "members": len(points),
    "x": round(x, 4),
    "y": round(y, 4),
    "radius": round(square**0.5, 4),
}
with open(options.output, "w") as out:
    json.dump(fit, out)
    out.write("\n")
