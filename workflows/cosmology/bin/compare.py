"""Put the models side by side: a table, and the Hubble diagram with their best fits.

usage: compare.py --data hubble.csv --truth truth.json --max-rhat 1.05 \
           --table posteriors.csv --plot hubble.png posterior.json ...
"""

import argparse
import csv

import matplotlib
import numpy as np

import hubble as h

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

COLORS = {"LCDM": "#222222", "wCDM": "#3b6fb6", "w0waCDM": "#d1622b"}


def write_table(path, results, truth, limit):
    with open(path, "w", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["model", "prior", "parameter", "mean", "sd", "low95", "high95", "truth",
                         "pull", "chi2", "rhat", "ess", "converged"])
        for result in results:
            for name, value in result["parameters"].items():
                pull = (value["mean"] - truth[name]) / value["sd"]
                numbers = [value["mean"], value["sd"], *value["interval95"], truth[name], pull,
                           result["chiSquare"], result["rhat"], result["ess"]]
                writer.writerow([result["model"], result["prior"], name,
                                 *(f"{number:.5g}" for number in numbers),
                                 "yes" if result["rhat"] <= limit else "no"])


def plot(path, diagram, results, truth):
    """Residuals to the truth, in bins of redshift; lines are the best fits of each model."""
    z, mag, error = diagram
    grid = np.geomspace(0.02, 1.1, 200)
    weight = error ** -2
    residual = mag - h.modulus(z, **truth)
    zero = (weight @ residual) / weight.sum()
    figure, (above, below) = plt.subplots(2, 1, figsize=(8, 6), dpi=120, sharex=True,
                                          height_ratios=[2, 1.3])
    above.errorbar(z, mag, error, fmt="o", ms=2.2, lw=0.5, color="#7a8aa0", alpha=0.7)
    above.plot(grid, h.modulus(grid, **truth) + zero, color="#222222", lw=1)
    edges = np.geomspace(0.02, 1.1001, 13)
    for low, high in zip(edges[:-1], edges[1:]):
        inside = (z >= low) & (z < high)
        if inside.sum() < 3:
            continue
        total = weight[inside].sum()
        below.errorbar((weight[inside] @ z[inside]) / total,
                       (weight[inside] @ residual[inside]) / total - zero,
                       total ** -0.5, fmt="o", ms=4, lw=1, color="#7a8aa0")
    for result in results:
        if result["prior"] != results[0]["prior"]:
            continue
        best = {name: value["best"] for name, value in result["parameters"].items()}
        constant = weight @ (mag - h.modulus(z, **best)) / weight.sum()
        label = f"{result['model']}: $\\chi^2$ = {result['chiSquare']:.1f}"
        below.plot(grid, h.modulus(grid, **best) + constant - h.modulus(grid, **truth) - zero,
                   color=COLORS[result["model"]], lw=1.3, label=label)
    below.axhline(0, color="#bbbbbb", lw=0.8, zorder=0)
    below.legend(frameon=False, fontsize=8, loc="lower left", ncols=3)
    above.set_ylabel("magnitude")
    below.set_ylabel("minus truth [mag]")
    below.set_xlabel("redshift")
    for axis in (above, below):
        axis.spines[["top", "right"]].set_visible(False)
        axis.set_xscale("log")
    below.set_xticks([0.02, 0.05, 0.1, 0.2, 0.5, 1.0], ["0.02", "0.05", "0.1", "0.2", "0.5", "1"])
    below.minorticks_off()
    figure.tight_layout()
    figure.savefig(path, metadata={"Software": None})


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True)
    parser.add_argument("--truth", required=True)
    parser.add_argument("--max-rhat", type=float, required=True)
    parser.add_argument("--table", required=True)
    parser.add_argument("--plot", required=True)
    parser.add_argument("posteriors", nargs="+")
    args = parser.parse_args()

    results, truth = [h.read_json(path) for path in args.posteriors], h.read_json(args.truth)
    write_table(args.table, results, truth, args.max_rhat)
    plot(args.plot, h.read_diagram(args.data), results, truth)


if __name__ == "__main__":
    main()
