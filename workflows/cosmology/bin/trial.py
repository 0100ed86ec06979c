"""One trial of the whole method: truth from the prior, data from the truth, posterior from the data.

usage: trial.py --model wCDM --prior flat --trial 17 --seed 1 --supernovae 300 \
           --burn-in 300 --steps 400 --output trial.json

The rank of the truth among 63 points of the posterior is uniform from 0 to 63 if, and only if, data,
likelihood, prior and sampler belong together (simulation-based calibration, Talts et al. 2018,
arXiv:1804.06788).
"""

import argparse

import numpy as np

import hubble as h

POINTS = 63
CHAINS = 2


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", required=True, choices=list(h.MODELS))
    parser.add_argument("--prior", required=True)
    parser.add_argument("--trial", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--supernovae", type=int, required=True)
    parser.add_argument("--burn-in", type=int, required=True)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--output", required=True)
    args = parser.parse_args()

    names = h.MODELS[args.model]
    rng = h.generator(args.seed, "trial", args.model, args.prior, args.trial)
    truth = h.draw_prior(rng, names, args.prior)
    diagram = h.simulate(rng, args.supernovae, dict(zip(names, truth)))
    chains = np.array([h.sample(rng, diagram, names, args.prior, args.burn_in, args.steps)[0]
                       for _ in range(CHAINS)])
    flat = chains.reshape(-1, len(names))
    thinned = flat[rng.choice(len(flat), POINTS, replace=False)]
    share = (flat < truth).mean(axis=0)
    h.write_json(args.output, {
        "model": args.model, "prior": args.prior, "trial": args.trial,
        "rhat": h.split_rhat(chains),
        "parameters": {name: {"truth": truth[k], "rank": int((thinned[:, k] < truth[k]).sum()),
                              "share": share[k]} for k, name in enumerate(names)},
    })


if __name__ == "__main__":
    main()
