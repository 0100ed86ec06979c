"""Do the chains agree? Split R-hat and the number of independent points that they are worth.

usage: converge.py --output diagnostics.json chain-1.npz chain-2.npz ...
"""

import argparse

import numpy as np

import hubble as h


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", required=True)
    parser.add_argument("chains", nargs="+")
    args = parser.parse_args()

    chains = np.array([h.load_chain(path)["points"] for path in args.chains])
    found = {"rhat": h.split_rhat(chains), "ess": h.effective_size(chains)}
    h.write_json(args.output, found)
    print(f"R-hat {found['rhat']:.4f}, {found['ess']:.0f} independent points")


if __name__ == "__main__":
    main()
