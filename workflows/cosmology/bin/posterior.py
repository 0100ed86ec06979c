"""What the chains of one model and prior say: means, intervals, best fit, convergence.

usage: posterior.py --data hubble.csv --model wCDM --prior flat --output posterior.json \
           --points points.npz chain-1.npz ...
"""

import argparse

import numpy as np

import hubble as h


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True)
    parser.add_argument("--model", required=True, choices=list(h.MODELS))
    parser.add_argument("--prior", required=True)
    parser.add_argument("--output", required=True)
    parser.add_argument("--points", required=True, help="the points of all chains, npz")
    parser.add_argument("chains", nargs="+")
    args = parser.parse_args()

    names = h.MODELS[args.model]
    diagram = h.read_diagram(args.data)
    stored = [h.load_chain(path) for path in args.chains]
    chains = np.array([chain["points"] for chain in stored])
    flat = chains.reshape(-1, len(names))
    best = flat[np.argmax(np.concatenate([chain["logs"].ravel() for chain in stored]))]
    with open(args.points, "wb") as stream:
        np.savez(stream, points=flat, prior=np.array(args.prior))
    parameters = {}
    for k, name in enumerate(names):
        low2, low1, median, high1, high2 = np.quantile(flat[:, k], [.025, .16, .5, .84, .975])
        parameters[name] = {
            "mean": flat[:, k].mean(), "sd": flat[:, k].std(ddof=1), "median": median,
            "interval68": [low1, high1], "interval95": [low2, high2], "best": best[k],
        }
    h.write_json(args.output, {
        "model": args.model, "prior": args.prior, "parameters": parameters,
        "chiSquare": h.chi_square(diagram, dict(zip(names, best))),
        "supernovae": len(diagram[0]),
        "rhat": h.split_rhat(chains), "ess": h.effective_size(chains),
        "chains": len(chains), "steps": chains.shape[1],
    })


if __name__ == "__main__":
    main()
