"""Gather the supernova's light curve and compare it with the truth.

usage: light_curve.py --sky sky.json --output light-curve.csv \
           --summary light-curve.json [--plot light-curve.png] \
           forced-1001-R22_S11.csv forced-1001-R22_S12.csv ...

1. The supernova is found, not looked up: of all point-like objects it is the
   one that varies most, by chi-square per degree of freedom of its fluxes
   about their mean in each band.
2. The host's flux H is the same in all visits of a band. Forced photometry
   gives, visit by visit, the supernova's flux s, the host's h, and their
   covariance matrix, to which the error of the visit's flux scale is added
   (common to both). The least squares solution with one H per band and a free
   supernova flux S in each visit is

       H = sum(h / C_hh) / sum(1 / C_hh)
       S = s + b (H - h),  b = C_sh / C_hh
       cov(S_v, S_w) = (C_ss - b C_sh) [v = w]  +  b_v b_w var(H)

   so no visit without the supernova is needed. Fluxes of one band are slightly
   correlated, and the whole covariance matrix is used.
3. chi-square = sum over bands of (S - T)^T cov^-1 (S - T), T the true fluxes.
   Nothing is fitted to the truth: the degrees of freedom are the number of
   measurements.

`sky.json` serves for the comparison only.
"""

import argparse
import math

import numpy as np

import twinkles as tw

COLORS = {"u": "#0c71ff", "g": "#49be61", "r": "#c61c00",
          "i": "#ffae00", "z": "#f341a2", "y": "#5d0000"}


def variability(rows):
    """Chi-square per degree of freedom about the mean flux of each band."""
    chi2, dof = 0.0, 0
    for band in {row["band"] for row in rows}:
        flux, error, scale = np.array([
            [float(r["flux"]), float(r["error"]), float(r["scaleError"])]
            for r in rows if r["band"] == band]).T
        # One per cent more for what makes even constant sources vary a little.
        weight = 1.0 / (error ** 2 + (flux * np.hypot(scale, 0.01)) ** 2)
        mean = (weight @ flux) / weight.sum()
        chi2 += float(weight @ (flux - mean) ** 2)
        dof += len(flux) - 1
    return chi2 / max(dof, 1)


def solve_band(rows):
    """Supernova fluxes and their covariance matrix, for one band's rows."""
    def column(name):
        return np.array([float(r[name]) for r in rows])

    s, scale = column("flux"), column("scaleError")
    c_ss = column("error") ** 2 + (scale * s) ** 2
    if any(r["blend"] != rows[0]["blend"] or not r["blend"] for r in rows):
        return s, np.diag(c_ss)   # no host: nothing to share
    h = column("blendFlux")
    c_hh = column("blendError") ** 2 + (scale * h) ** 2
    c_sh = column("blendCovariance") + scale ** 2 * s * h
    var_host = 1.0 / np.sum(1.0 / c_hh)
    host = var_host * np.sum(h / c_hh)
    b = c_sh / c_hh
    covariance = np.diag(c_ss - b * c_sh) + np.outer(b, b) * var_host
    return s + b * (host - h), covariance


def plot(path, points, supernova, chi2, dof):
    """A panel per band: fluxes and true curve, below it the pulls."""
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    from matplotlib.ticker import MaxNLocator

    plt.rcParams.update({
        "font.size": 10, "axes.spines.top": False, "axes.spines.right": False,
        "axes.edgecolor": "#555555", "xtick.color": "#555555",
        "ytick.color": "#555555", "axes.labelcolor": "#333333"})
    figure = plt.figure(figsize=(11, 6.6), dpi=130)
    grid = figure.add_gridspec(
        5, 3, height_ratios=[3, 1, 0.55, 3, 1], hspace=0.12, wspace=0.2,
        left=0.068, right=0.985, bottom=0.085, top=0.885)
    peak = supernova["mjdPeak"]
    curve_days = np.linspace(-22, 60, 400)
    for n, band in enumerate(tw.BANDS):
        row, col = 3 * (n // 3), n % 3
        top = figure.add_subplot(grid[row, col])
        below = figure.add_subplot(grid[row + 1, col], sharex=top)
        color = COLORS[band]
        curve = tw.supernova_flux(supernova, band, peak + curve_days) / 1000
        top.axhline(0, color="#bbbbbb", lw=0.8, zorder=0)
        top.fill_between(curve_days, curve, color=color, alpha=0.10, lw=0)
        top.plot(curve_days, curve, color=color, lw=1.6, alpha=0.85)
        mine = [p for p in points if p["band"] == band]
        days = np.array([p["mjd"] - peak for p in mine])
        flux = np.array([p["flux"] for p in mine]) / 1000
        error = np.array([p["error"] for p in mine]) / 1000
        pull = np.array([p["pull"] for p in mine])
        top.errorbar(days, flux, error, fmt="o", ms=6, color=color,
                     mec="white", mew=1.0, elinewidth=1.6, zorder=3)
        top.text(0.965, 0.86, band, transform=top.transAxes, ha="right",
                 fontsize=19, fontweight="bold", color=color)
        top.set_ylim(top=1.14 * max([curve.max(), *(flux + error)]))
        top.yaxis.set_major_locator(MaxNLocator(5, integer=True))
        top.tick_params(labelbottom=False)
        below.axhspan(-1, 1, color="#e9e9e9", lw=0, zorder=0)
        below.axhline(0, color=color, lw=1.0, alpha=0.7)
        below.errorbar(days, pull, np.ones(len(days)), fmt="o", ms=4.5,
                       color=color, mec="white", mew=0.7, elinewidth=1.2)
        below.set_ylim(-4.2, 4.2)
        below.set_yticks([-3, 0, 3])
        below.set_xlim(-22, 60)
        if col == 0:
            top.set_ylabel("flux  [µJy]")
            below.set_ylabel("pull")
            top.yaxis.set_label_coords(-0.125, 0.5)
            below.yaxis.set_label_coords(-0.125, 0.5)
        if row == 3:
            below.set_xlabel("days after maximum")
        else:
            below.tick_params(labelbottom=False)
    figure.suptitle(
        "Type Ia supernova at z = {:g}: forced photometry against the truth"
        .format(supernova["redshift"]),
        x=0.068, y=0.975, ha="left", fontsize=14, fontweight="bold")
    figure.text(0.068, 0.918, "points: measured, with errors from pixel noise"
                "     curves: input     pull: (measured − input) / error",
                fontsize=10, color="#666666")
    figure.text(0.985, 0.955, f"χ²/dof = {chi2:.1f}/{dof} = {chi2 / dof:.2f}",
                ha="right", fontsize=14, color="#333333")
    figure.savefig(path, metadata={"Software": None})


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sky", required=True, help="the truth, JSON")
    parser.add_argument("--output", required=True, help="light curve, CSV")
    parser.add_argument("--summary", required=True, help="summary, JSON")
    parser.add_argument("--plot", help="plot, PNG")
    parser.add_argument("forced", nargs="+", help="forced photometry, CSV")
    args = parser.parse_args()

    objects = {}
    for path in args.forced:
        for row in tw.read_csv(path):
            if row["type"] == "point":
                objects.setdefault(row["id"], []).append(row)
    for rows in objects.values():
        rows.sort(key=lambda row: int(row["visit"]))
    found = max(sorted(objects), key=lambda key: variability(objects[key]))
    rows = objects[found]

    supernova = tw.read_json(args.sky)["supernova"]
    xi, eta = tw.tan_forward(float(rows[0]["ra"]), float(rows[0]["dec"]),
                             supernova["ra"], supernova["dec"])
    distance = 3600.0 * float(np.hypot(xi, eta))

    points, chi2, dof, by_band = [], 0.0, 0, {}
    for band in tw.BANDS:
        mine = [row for row in rows if row["band"] == band]
        if not mine:
            continue
        flux, covariance = solve_band(mine)
        mjd = np.array([float(row["mjd"]) for row in mine])
        truth = tw.supernova_flux(supernova, band, mjd)
        residual = flux - truth
        band_chi2 = float(residual @ np.linalg.solve(covariance, residual))
        by_band[band] = {"chi2": round(band_chi2, 3), "dof": len(mine)}
        chi2 += band_chi2
        dof += len(mine)
        for k, row in enumerate(mine):
            error = math.sqrt(covariance[k, k])
            points.append({
                "visit": int(row["visit"]), "band": band, "mjd": mjd[k],
                "flux": flux[k], "error": error, "truth": truth[k],
                "pull": residual[k] / error})
    points.sort(key=lambda p: p["visit"])
    tw.write_csv(args.output,
                 ["visit", "band", "mjd", "phase", "flux", "error", "truth",
                  "pull"],
                 [[p["visit"], p["band"], f"{p['mjd']:.4f}",
                   f"{p['mjd'] - supernova['mjdPeak']:.4f}",
                   f"{p['flux']:.3f}", f"{p['error']:.3f}",
                   f"{p['truth']:.3f}", f"{p['pull']:.4f}"] for p in points])
    pulls = np.array([p["pull"] for p in points])
    tw.write_json(args.summary, {
        "object": found, "ra": float(rows[0]["ra"]),
        "dec": float(rows[0]["dec"]), "distanceArcsec": round(distance, 4),
        "chi2": round(chi2, 3), "dof": dof,
        "chi2PerDof": round(chi2 / dof, 4), "bands": by_band,
        "pullMean": round(float(pulls.mean()), 4),
        "pullWidth": round(float(pulls.std(ddof=1)), 4),
        "nPoints": len(points), "nVisits": len({p["visit"] for p in points}),
        "hostShared": bool(rows[0]["blend"]),
        "variabilityChi2PerDof": round(variability(rows), 2)})
    if args.plot:
        plot(args.plot, points, supernova, chi2, dof)


if __name__ == "__main__":
    main()
