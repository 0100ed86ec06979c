"""Do the posteriors cover the truth as often as they say? Over all trials of `trial.py`.

usage: coverage.py --max-rhat 1.05 --table coverage.csv --plot coverage.png trial.json ...

For each model, prior and parameter: how often the central 68 and 95 per cent held the truth, and the
chi-square of the histogram of ranks in 8 bins (7 degrees of freedom). Trials that did not converge
count too: leaving them out would be a choice that depends on the data. How many they are is said.
"""

import argparse
import csv

import matplotlib
import numpy as np

import hubble as h

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

BINS = 8


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--max-rhat", type=float, required=True)
    parser.add_argument("--table", required=True)
    parser.add_argument("--plot", required=True)
    parser.add_argument("trials", nargs="+")
    args = parser.parse_args()

    groups = {}
    for trial in (h.read_json(path) for path in args.trials):
        for name, value in trial["parameters"].items():
            groups.setdefault((trial["model"], trial["prior"], name), []).append(
                (value["rank"], value["share"], trial["rhat"]))
    figure, axis = plt.subplots(figsize=(6, 5), dpi=120)
    with open(args.table, "w", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["model", "prior", "parameter", "trials", "in68", "in95", "rankChi2",
                         "unconverged"])
        for key in sorted(groups):
            rank, share, rhat = np.array(groups[key]).T
            counts = np.histogram(rank, bins=BINS, range=(-0.5, 63.5))[0]
            expected = len(rank) / BINS
            row = [len(rank), np.mean(np.abs(share - 0.5) < 0.34),
                   np.mean(np.abs(share - 0.5) < 0.475),
                   ((counts - expected) ** 2 / expected).sum(), int((rhat > args.max_rhat).sum())]
            writer.writerow([*key, *(f"{value:.4g}" for value in row)])
            axis.plot(np.sort(share), (np.arange(len(share)) + 0.5) / len(share), lw=1,
                      label=" ".join(key))
    every = np.concatenate([[share for _, share, _ in group] for group in groups.values()])
    size = len(next(iter(groups.values())))
    line = np.linspace(0, 1, 50)
    band = 2 * np.sqrt(line * (1 - line) / size)
    axis.fill_between(line, line - band, line + band, color="#bbbbbb", alpha=0.4, lw=0)
    axis.plot(line, line, color="#222222", lw=0.8, ls=":")
    axis.set_xlabel("share of the posterior below the truth")
    axis.set_ylabel("share of trials")
    axis.legend(frameon=False, fontsize=7)
    axis.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(args.plot, metadata={"Software": None})
    print(f"{len(every)} ranks; 68 %: {np.mean(np.abs(every - 0.5) < 0.34):.3f}, "
          f"95 %: {np.mean(np.abs(every - 0.5) < 0.475):.3f}")


if __name__ == "__main__":
    main()
