"""Write a list of visits of a deep field, made up: 22 000 in the share of bands of Twinkles Run 3.

usage: make_visits.py [--visits 22000] > visits.csv

Nights come in blocks of one band, as a telescope observes; numbers grow with time.
"""

import argparse
import random

# Visits per thousand: y and z take most of a deep drilling sequence.
SHARES = {"u": 70, "g": 110, "r": 190, "i": 190, "z": 220, "y": 220}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--visits", type=int, default=22000)
    args = parser.parse_args()
    rng = random.Random(2016)
    visit, left = 200, args.visits
    print("visit,band")
    while left > 0:
        visit += rng.randrange(200, 3000)      # other fields, other nights
        band = rng.choices(list(SHARES), SHARES.values())[0]
        for _ in range(min(left, rng.randrange(8, 26))):
            print(visit, band, sep=",")
            visit += 1
            left -= 1


if __name__ == "__main__":
    main()
