"""Plot the quality of all calibrated images against the date.

usage: quality.py --plot quality.png calexp-1001-R22_S11.json ...

Three panels: seeing, zero point relative to that of a clear sky at airmass 1
(the atmosphere's extinction and the clouds show), and depth (5 sigma, points).
"""

import argparse
import math

import twinkles as tw

COLORS = {"u": "#0c71ff", "g": "#49be61", "r": "#c61c00",
          "i": "#ffae00", "z": "#f341a2", "y": "#5d0000"}
MARKERS = "osD^vP"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--plot", required=True, help="plot, PNG")
    parser.add_argument("summaries", nargs="+", help="of calibrate.py, JSON")
    args = parser.parse_args()

    items = sorted((tw.read_json(path) for path in args.summaries),
                   key=lambda s: (s["visit"], s["sensor"]))
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    plt.rcParams.update({
        "font.size": 10, "axes.spines.top": False, "axes.spines.right": False,
        "axes.edgecolor": "#555555", "xtick.color": "#555555",
        "ytick.color": "#555555", "axes.labelcolor": "#333333"})
    figure, axes = plt.subplots(3, 1, figsize=(9, 6.2), dpi=120, sharex=True)
    sensors = sorted({s["sensor"] for s in items})
    exposure = 2.5 * math.log10(30.0)
    for band in tw.BANDS:
        for sensor, marker in zip(sensors, MARKERS * len(sensors)):
            mine = [s for s in items
                    if s["band"] == band and s["sensor"] == sensor]
            days = [s["mjd"] for s in mine]
            first = sensor == sensors[0]
            style = dict(color=COLORS[band], marker=marker, ls="none",
                         ms=6 if first else 8,
                         mfc=COLORS[band] if first else "none")
            axes[0].plot(days, [s["seeing"] for s in mine], **style,
                         label=band if first else None)
            axes[1].plot(days, [s["zeroPoint"] - exposure
                                - tw.ZERO_POINT[band] for s in mine], **style)
            axes[2].plot(days, [s["depth5Sigma"] for s in mine], **style)
    axes[0].set_ylabel("PSF FWHM [arcsec]")
    axes[1].set_ylabel("zero point − clear [mag]")
    axes[1].axhline(0, color="#bbbbbb", lw=0.8, zorder=0)
    axes[2].set_ylabel("5σ depth [mag]")
    axes[2].set_xlabel("MJD")
    axes[2].ticklabel_format(useOffset=False)
    for axis in axes:
        axis.grid(alpha=0.25, lw=0.6)
    axes[0].legend(ncols=6, loc="lower right", frameon=False,
                   bbox_to_anchor=(1.0, 1.0), handletextpad=0.1)
    axes[0].set_title(f"{len(items)} calibrated images, "
                      + " and ".join(sensors), loc="left", fontsize=12,
                      fontweight="bold")
    figure.align_ylabels()
    figure.tight_layout()
    figure.savefig(args.plot, metadata={"Software": None})


if __name__ == "__main__":
    main()
