"""Forced photometry: the fluxes of all objects in one calibrated image.

usage: forced.py --image calexp-1003-R22_S11.fits \
           --objects objects-R22_S11.csv --output forced-1003-R22_S11.csv

Each object is fitted at its place and with its shape from the coadds,
convolved with this image's own PSF (the width measured by `calibrate.py`);
only fluxes and a local background are free. All objects nearer than 5 arcsec
are in the same fit, so the light of a supernova's host galaxy is taken off by
fitting it, in the very image and seeing of the measurement. Fluxes may be
negative.

The error is the propagated noise of the pixels (see `twinkles.fit_fluxes`).
It contains the uncertainty of separating the blended sources. To let a later
step use that a galaxy's flux is the same in all visits, each row also names
the neighbouring galaxy (`blend`) with which the measurement is correlated
most, and gives its flux, its error and the covariance in this fit. The error
of the zero point, common to all fluxes of an image, is not in `error` but in
its own column (relative).
"""

import argparse

import numpy as np

import twinkles as tw

HALF = 20
NEIGHBOUR = 25.0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--image", required=True, help="calibrated, FITS")
    parser.add_argument("--objects", required=True, help="objects, CSV")
    parser.add_argument("--output", required=True, help="fluxes, CSV")
    args = parser.parse_args()

    image, header = tw.read_image(args.image)
    center = tw.image_center(header)
    transfer = tw.psf_transfer([header["FWHM"]])
    objects = tw.read_csv(args.objects)
    places, drawn = [], []
    for o in objects:
        x, y = tw.sky_to_pixel(float(o["ra"]), float(o["dec"]), center)
        places.append((float(x), float(y)))
        drawn.append(tw.draw(transfer, float(x), float(y), float(o["hlr"]),
                             float(o["g1"]), float(o["g2"])))
    places = np.array(places)

    fixed = [str(header["VISIT"]), header["SENSOR"], header["BAND"],
             f"{header['MJD-OBS']:.4f}"]
    rows = []
    for k, o in enumerate(objects):
        distance = np.hypot(*(places - places[k]).T)
        group = [k] + [j for j in np.argsort(distance, kind="stable")
                       if j != k and distance[j] < NEIGHBOUR]
        window = tw.Window(*places[k], HALF, image.shape)
        flux, covariance, model, variance = tw.fit_fluxes(
            window.cut(image), [window.paste(drawn[j]) for j in group],
            header["PIXVAR"], header["NJYPERE"])
        chi2 = np.mean((window.cut(image) - model) ** 2 / variance)
        error = np.sqrt(np.diag(covariance))
        blend = ["", "", "", ""]
        galaxies = [n for n, j in enumerate(group)
                    if n > 0 and objects[j]["type"] == "disk"]
        if galaxies:
            n = max(galaxies, key=lambda m: abs(covariance[0, m] / error[m]))
            blend = [objects[group[n]]["id"], f"{flux[n]:.4f}",
                     f"{error[n]:.4f}", f"{covariance[0, n]:.6g}"]
        rows.append([o["id"], o["ra"], o["dec"], o["type"], *fixed,
                     f"{flux[0]:.4f}", f"{error[0]:.4f}",
                     f"{header['ZPRELERR']:.7f}", f"{chi2:.4f}", *blend])
    tw.write_csv(args.output,
                 ["id", "ra", "dec", "type", "visit", "sensor", "band", "mjd",
                  "flux", "error", "scaleError", "chi2PerPixel", "blend",
                  "blendFlux", "blendError", "blendCovariance"], rows)


if __name__ == "__main__":
    main()
