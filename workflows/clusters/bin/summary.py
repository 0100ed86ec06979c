"""One line of a field: groups that were planted, groups that were fitted, their galaxies, the largest radius."""

import argparse
import json

parser = argparse.ArgumentParser()
parser.add_argument("--field", type=int, required=True)
parser.add_argument("--planted", type=int, required=True)
parser.add_argument("--output", required=True)
parser.add_argument("--profiles", nargs="*", default=[])
options = parser.parse_args()

fits = []
for path in options.profiles:
    with open(path) as text:
        fits.append(json.load(text))

members = sum(fit["members"] for fit in fits)
largest = max((fit["radius"] for fit in fits), default=0)
with open(options.output, "w") as out:
    out.write(f"{options.field},{options.planted},{len(fits)},{members},{largest}\n")
