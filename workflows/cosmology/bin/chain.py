"""Run one Markov chain, or go on with one.

usage: chain.py --data hubble.csv --model wCDM --prior flat --seed 2019 --chain 1 \
           --burn-in 200 --steps 200 --output chain.npz [--continue earlier.npz]

A chain has 32 walkers. A new one starts at points drawn from the prior; one that goes on starts where
the other ended, and has its points too.
"""

import argparse

import numpy as np

import hubble as h


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True)
    parser.add_argument("--model", required=True, choices=list(h.MODELS))
    parser.add_argument("--prior", required=True, choices=["flat", "lss"])
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--chain", type=int, required=True)
    parser.add_argument("--burn-in", type=int, default=0)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--continue", dest="earlier")
    parser.add_argument("--output", required=True)
    args = parser.parse_args()

    names = h.MODELS[args.model]
    diagram = h.read_diagram(args.data)
    if args.earlier:
        earlier = h.load_chain(args.earlier)
        rng = h.generator(args.seed, args.model, args.prior, args.chain, len(earlier["points"]))
        points, logs, accepted = h.walk(
            rng, lambda points: h.log_posterior(diagram, names, args.prior, points),
            earlier["points"][-1], args.steps)
        points = np.concatenate([earlier["points"], points])
        logs = np.concatenate([earlier["logs"], logs])
    else:
        rng = h.generator(args.seed, args.model, args.prior, args.chain)
        points, logs, accepted = h.sample(rng, diagram, names, args.prior, args.burn_in, args.steps)
    h.save_chain(args.output, points, logs)
    print(f"{args.steps} steps, {100 * accepted:.0f} % of the moves accepted")


if __name__ == "__main__":
    main()
