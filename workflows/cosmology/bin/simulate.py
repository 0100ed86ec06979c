"""Simulate the Hubble diagram that is then fitted; the truth is written beside it.

usage: simulate.py --supernovae 300 --seed 2019 --output hubble.csv --truth truth.json
"""

import argparse
import csv

import hubble as h


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--supernovae", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--output", required=True, help="z, mag, error; CSV")
    parser.add_argument("--truth", required=True, help="the parameters simulated, JSON")
    args = parser.parse_args()

    diagram = h.simulate(h.generator(args.seed, "diagram"), args.supernovae, h.TRUTH)
    with open(args.output, "w", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["z", "mag", "error"])
        writer.writerows([f"{value:.6f}" for value in row] for row in zip(*diagram))
    h.write_json(args.truth, h.TRUTH)


if __name__ == "__main__":
    main()
