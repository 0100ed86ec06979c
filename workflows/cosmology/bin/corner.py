"""Plot every parameter against every other, for all priors of one model.

usage: corner.py --model wCDM --truth truth.json --output corner.png flat.npz lss.npz

Contours hold 68 and 95 per cent of the points, smoothed with a Gaussian of 1.2 bins.
"""

import argparse

import matplotlib
import numpy as np

import hubble as h

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

COLORS = {"flat": "#3b6fb6", "lss": "#d1622b"}
PRIORS = {"flat": "supernovae", "lss": "supernovae + clustering"}
BINS = 44


def smooth(image, sigma=1.2):
    """Convolve with a Gaussian, edges repeated."""
    reach = np.arange(-5, 6)
    kernel = np.exp(-0.5 * (reach / sigma) ** 2)
    kernel /= kernel.sum()
    for axis in range(image.ndim):
        image = np.apply_along_axis(
            lambda line: np.convolve(np.pad(line, 5, mode="edge"), kernel, mode="valid"), axis, image)
    return image


def levels(density):
    """The heights above which 95 and 68 per cent lie."""
    ordered = np.sort(density.ravel())[::-1]
    share = np.cumsum(ordered) / ordered.sum()
    return sorted({ordered[np.searchsorted(share, part)] for part in (0.95, 0.68)})


def draw_pair(axis, x, y, ranges, color):
    density, xs, ys = np.histogram2d(x, y, bins=BINS, range=ranges)
    density = smooth(density)
    heights = levels(density)
    middle = [(edges[1:] + edges[:-1]) / 2 for edges in (xs, ys)]
    axis.contourf(*middle, density.T, levels=[*heights, density.max() * 1.01],
                  colors=[color], alpha=0.22)
    axis.contourf(*middle, density.T, levels=[heights[-1], density.max() * 1.01],
                  colors=[color], alpha=0.40)
    axis.contour(*middle, density.T, levels=heights, colors=[color], linewidths=0.9)


def draw_one(axis, x, extent, color, label):
    density, edges = np.histogram(x, bins=BINS, range=extent)
    density = smooth(density.astype(float))
    middle = (edges[1:] + edges[:-1]) / 2
    axis.plot(middle, density / density.max(), color=color, lw=1.4, label=label)
    axis.fill_between(middle, density / density.max(), color=color, alpha=0.12)
    axis.set_ylim(0, 1.12)
    axis.set_yticks([])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", required=True, choices=list(h.MODELS))
    parser.add_argument("--truth", required=True)
    parser.add_argument("--output", required=True)
    parser.add_argument("files", nargs="+", help="points of `posterior.py`, one a prior")
    args = parser.parse_args()

    names, truth = h.MODELS[args.model], h.read_json(args.truth)
    points = {}
    for stored in (h.load_chain(path) for path in args.files):
        points[str(stored["prior"])] = stored["points"]
    every = np.concatenate(list(points.values()))
    extents = []
    for k, name in enumerate(names):
        low, high = np.quantile(every[:, k], [0.002, 0.998])
        pad = 0.08 * (high - low)
        bound = h.BOUNDS[name]
        extents.append((max(low - pad, bound[0]), min(high + pad, bound[1])))

    size = len(names)
    plt.rcParams.update({"font.size": 10, "axes.edgecolor": "#555555", "xtick.color": "#555555",
                         "ytick.color": "#555555", "axes.labelcolor": "#222222"})
    figure, axes = plt.subplots(size, size, dpi=120, squeeze=False,
                                figsize=(2.1 * size + 1.2,) * 2 if size > 1 else (4.6, 4.6))
    for i in range(size):
        for j in range(size):
            axis = axes[i, j]
            if j > i:
                axis.axis("off")
                continue
            for prior, drawn in points.items():
                color = COLORS.get(prior, "#555555")
                if i == j:
                    draw_one(axis, drawn[:, i], extents[i], color, PRIORS.get(prior, prior))
                else:
                    draw_pair(axis, drawn[:, j], drawn[:, i], (extents[j], extents[i]), color)
            axis.axvline(truth[names[j]], color="#222222", lw=0.8, ls=":")
            axis.set_xlim(extents[j])
            if j < i:
                axis.axhline(truth[names[i]], color="#222222", lw=0.8, ls=":")
                axis.set_ylim(extents[i])
            axis.xaxis.set_major_locator(plt.MaxNLocator(4, prune="both"))
            if j < i:
                axis.yaxis.set_major_locator(plt.MaxNLocator(4, prune="both"))
            if i == size - 1:
                axis.set_xlabel(h.LABELS[names[j]])
            else:
                axis.set_xticklabels([])
            if j == 0 and i > 0:
                axis.set_ylabel(h.LABELS[names[i]])
            elif j < i:
                axis.set_yticklabels([])
    handles, labels = axes[0, 0].get_legend_handles_labels()
    handles.append(plt.Line2D([], [], color="#222222", lw=0.8, ls=":"))
    figure.legend(handles, [*labels, "truth"], loc="upper right", frameon=False, title=args.model)
    figure.subplots_adjust(left=0.16, right=0.97, top=0.97 if size > 1 else 0.74,
                           bottom=0.1 if size > 1 else 0.14, hspace=0.06, wspace=0.06)
    figure.savefig(args.output, metadata={"Software": None})


if __name__ == "__main__":
    main()
