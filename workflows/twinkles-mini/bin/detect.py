"""Find the sources of one sensor on its coadds and describe their shapes.

usage: detect.py --output objects-R22_S11.csv coadd-u-R22_S11.fits ...

1. Detection on the sum of the g, r, i and z coadds, each divided by its
   noise, with `sep`: 5 connected pixels above 2.5 standard deviations of the
   smoothed sum, blends taken apart.
2. A source whose half-light radius is more than 8 per cent above that of the
   compact bright ones is taken for extended. Its centre, size and ellipticity
   (exponential disc, convolved with the coadd's own PSF) are fitted to g, r
   and i at once by Levenberg-Marquardt, the fluxes and local backgrounds of
   each band being solved for linearly at every step.
   Sources within 5 arcsec are in the fit with their present shape and free
   fluxes. Three rounds are made, so that blended sources settle on each other.
   What comes out smaller than 0.2 arcsec is taken for a point; points have
   their centre fitted.
3. Fluxes in all bands with these shapes.

Columns: id, x, y [pixel], ra, dec [deg], type (point or disk), hlr [arcsec],
g1, g2 (reduced shear), snr (of the detection), and flux and error per band
[nJy] on the coadd (a mean over the dates).
"""

import argparse
import math

import numpy as np
import sep

import twinkles as tw

HALF = 20            # half-width of the fits' windows [pixels]
NEIGHBOUR = 25.0     # sources nearer than this are fitted together [pixels]
SMALLEST = 0.2       # half-light radius of what is a disc [arcsec]
FIT_BANDS = "gri"
DETECTION_BANDS = "griz"


class Coadd:
    """One band's coadd with its noise and PSF."""

    def __init__(self, path):
        self.image, self.header = tw.read_image(path)
        self.band = self.header["BAND"]
        self.variance = self.header["PIXVAR"]
        count = range(1, self.header["NVISITS"] + 1)
        self.transfer = tw.psf_transfer(
            [self.header[f"FWHM{n}"] for n in count],
            [self.header[f"WEIGHT{n}"] for n in count])


def find(coadds):
    """Sources as dictionaries, brightest first, and the stars' radius."""
    used = [c for b, c in coadds.items() if b in DETECTION_BANDS]
    total = sum(c.image / math.sqrt(c.variance) for c in used)
    total /= math.sqrt(len(used))
    found = sep.extract(total, 2.5, err=1.0, minarea=5, deblend_nthresh=64,
                        deblend_cont=0.001)
    radius, _ = sep.flux_radius(total, found["x"], found["y"],
                                np.full(len(found), 12.0), 0.5,
                                normflux=found["flux"], subpix=5)
    x, y, _ = sep.winpos(total, found["x"], found["y"],
                         np.full(len(found), 1.8))
    # Bright compact sources: the smallest radii among the bright are stars.
    bright = found["flux"] > np.quantile(found["flux"], 0.7)
    stellar = float(np.quantile(radius[bright], 0.25))
    sources = []
    for k in np.argsort(-found["flux"], kind="stable"):
        close = math.hypot(x[k] - found["x"][k], y[k] - found["y"][k]) < 3
        extended = radius[k] > 1.08 * stellar
        excess = max(radius[k] ** 2 - stellar ** 2, 0.25)
        sources.append({
            "x": float(x[k] if close else found["x"][k]),
            "y": float(y[k] if close else found["y"][k]),
            "hlr": math.sqrt(excess) * tw.PIXEL_SCALE if extended else 0.0,
            "g1": 0.0, "g2": 0.0,
            "snr": float(found["flux"][k] / math.sqrt(found["npix"][k]))})
    return sources


def neighbours(sources, one):
    return [s for s in sources if s is not one and
            math.hypot(s["x"] - one["x"], s["y"] - one["y"]) < NEIGHBOUR]


def template(window, coadd, source):
    return window.paste(tw.draw(coadd.transfer, source["x"], source["y"],
                                source["hlr"], source["g1"], source["g2"]))


def from_vector(source, vector):
    """The source with the parameters x, y[, ln hlr, g1, g2] of the fit."""
    new = dict(source, x=vector[0], y=vector[1])
    if len(vector) == 5:
        g = math.hypot(vector[3], vector[4])
        shrink = 0.8 / g if g > 0.8 else 1.0
        new.update(hlr=math.exp(min(max(vector[2], -4.0), 1.3)),
                   g1=vector[3] * shrink, g2=vector[4] * shrink)
    return new


def fit_shape(source, others, coadds):
    """Fit centre (and shape, if extended) of a source to the bands' coadds."""
    used = [c for b, c in coadds.items() if b in FIT_BANDS]
    window = tw.Window(source["x"], source["y"], HALF, used[0].image.shape)
    data = []
    for coadd in used:
        fixed = [template(window, coadd, o) for o in others]
        weight = 1.0 / math.sqrt(coadd.variance)
        data.append((coadd, window.cut(coadd.image), fixed, weight))

    def residuals(vector):
        trial = from_vector(source, vector)
        return np.concatenate([
            weight * (pixels - tw.fit_fluxes(
                pixels, [template(window, coadd, trial)] + fixed, 0.0)[2])
            for coadd, pixels, fixed, weight in data])

    vector = np.array([source["x"], source["y"]])
    steps = np.array([0.02, 0.02])
    if source["hlr"] > 0:
        vector = np.append(vector, [math.log(source["hlr"]),
                                    source["g1"], source["g2"]])
        steps = np.append(steps, [0.02, 0.01, 0.01])
    damping = 1e-3
    r = residuals(vector)
    for _ in range(15):
        jacobian = np.column_stack([
            (residuals(vector + step) - r) / step.sum()
            for step in np.diag(steps)])
        normal = jacobian.T @ jacobian
        change = -np.linalg.solve(
            normal + damping * np.diag(np.diag(normal) + 1e-12),
            jacobian.T @ r)
        change = np.clip(change, -0.5, 0.5)
        trial = residuals(vector + change)
        gain = r @ r - trial @ trial
        if gain > 0:
            vector, r, damping = vector + change, trial, damping / 5
        else:
            damping *= 10
        if abs(gain) < 0.01 and (gain > 0 or damping > 10):
            break
    fitted = from_vector(source, vector)
    moved = math.hypot(fitted["x"] - source["x"], fitted["y"] - source["y"])
    if moved > 3.0:   # ran away to a neighbour: keep what detection said
        return source
    if source["hlr"] > 0 and fitted["hlr"] < SMALLEST:
        fitted.update(hlr=0.0, g1=0.0, g2=0.0)
    return fitted


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", required=True, help="objects, CSV")
    parser.add_argument("coadds", nargs="+",
                        help="coadds of one sensor, FITS, one per band")
    args = parser.parse_args()

    coadds = {c.band: c for c in map(Coadd, args.coadds)}
    coadds = {b: coadds[b] for b in tw.BANDS if b in coadds}
    header = next(iter(coadds.values())).header
    sensor, center = header["SENSOR"], tw.image_center(header)

    sources = find(coadds)
    for _ in range(3):
        for k, source in enumerate(sources):
            sources[k] = fit_shape(source, neighbours(sources, source), coadds)

    rows = []
    for k, source in enumerate(sources):
        near = neighbours(sources, source)
        fluxes = {}
        for band, coadd in coadds.items():
            window = tw.Window(source["x"], source["y"], HALF,
                               coadd.image.shape)
            value, covariance, _, _ = tw.fit_fluxes(
                window.cut(coadd.image),
                [template(window, coadd, s) for s in [source] + near],
                coadd.variance, coadd.header["NJYPERE"])
            fluxes[band] = (value[0], math.sqrt(covariance[0, 0]))
        ra, dec = tw.pixel_to_sky(source["x"], source["y"], center)
        rows.append(
            [f"{sensor}-D{k:03d}", f"{source['x']:.4f}", f"{source['y']:.4f}",
             f"{ra:.8f}", f"{dec:.8f}", "disk" if source["hlr"] else "point",
             f"{source['hlr']:.5f}", f"{source['g1']:.5f}",
             f"{source['g2']:.5f}", f"{source['snr']:.2f}"]
            + [f"{v:.3f}" for b in coadds for v in fluxes[b]])
    tw.write_csv(args.output,
                 ["id", "x", "y", "ra", "dec", "type", "hlr", "g1", "g2",
                  "snr"] + [f"{kind}_{b}" for b in coadds
                            for kind in ("flux", "error")], rows)


if __name__ == "__main__":
    main()
