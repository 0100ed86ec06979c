"""Which detector of which visit touches which patch: tables for two tracts, from geometry.

usage: make_tables.py [--visits 18]          # writes exposures.csv, overlaps.csv here

189 detectors of 0.2245 deg (15 x 15 without the four corner rafts), patches of 0.2222 deg, 7 x 7 a tract,
tracts side by side; flat sky. Visits are dithered by up to a degree and not rotated. A detector touches a
patch if the two squares overlap.
"""

import argparse
import math
import random

DETECTOR, PATCH, SIDE = 0.2245, 4000 * 0.2 / 3600, 7
TRACTS = {3828: 0.0, 3829: SIDE * PATCH}       # left edge [deg]
BANDS = "ugrizy"


def detectors():
    """Number and centre of each detector in the focal plane [deg]."""
    number = 0
    for raft in range(25):
        x, y = raft % 5 - 2, raft // 5 - 2
        if abs(x) == 2 and abs(y) == 2:
            continue
        for sensor in range(9):
            yield number, ((3 * x + sensor % 3 - 1) * DETECTOR, (3 * y + sensor // 3 - 1) * DETECTOR)
            number += 1


def patches(x, y):
    """Patches that a detector with this centre touches."""
    for tract, left in TRACTS.items():
        low, high = ([math.floor((centre + sign * DETECTOR / 2) / PATCH) for centre in (x - left, y)]
                     for sign in (-1, 1))
        for row in range(max(low[1], 0), min(high[1], SIDE - 1) + 1):
            for column in range(max(low[0], 0), min(high[0], SIDE - 1) + 1):
                yield tract, row * SIDE + column


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--visits", type=int, default=18)
    args = parser.parse_args()
    rng = random.Random(2021)
    with open("exposures.csv", "w") as exposures, open("overlaps.csv", "w") as overlaps:
        print("visit,band,mjd", file=exposures)
        print("visit,detector,tract,patch", file=overlaps)
        for i in range(args.visits):
            visit = 159471 + 23 * i
            print(visit, BANDS[i % 6], f"{59580.1 + 3.1 * i:.2f}", sep=",", file=exposures)
            at = [SIDE * PATCH + rng.uniform(-1, 1), SIDE * PATCH / 2 + rng.uniform(-1, 1)]
            for detector, (dx, dy) in detectors():
                for tract, patch in patches(at[0] + dx, at[1] + dy):
                    print(visit, detector, tract, patch, sep=",", file=overlaps)


if __name__ == "__main__":
    main()
