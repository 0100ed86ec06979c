"""Calibrate one raw image: background, seeing, zero point.

usage: calibrate.py --image raw.fits --reference reference-stars.csv \
           --output calexp.fits --summary calexp.json

1. `sep` (K. Barbary 2016, JOSS 1, 58; after E. Bertin and S. Arnouts 1996,
   A&AS 117, 393) models the background and finds the sources above 5 standard
   deviations. The background is one number for the image (its clipped mode,
   after sources above 1.5 standard deviations have been masked with a wide
   margin): on a grid as small as the image it would follow, and so take away,
   the faint outskirts of galaxies.
2. The seeing: the one Kolmogorov width that fits the stamps of all reference
   stars best (Gauss-Newton on the sum of squares; each star with its own flux
   and local background).
3. The zero point: the flux f_i [electrons] of each reference star is fitted at
   its known place; with its catalogue flux F_i [nJy], the scale a of
   f_i = a F_i is the weighted mean

       a = sum(f_i F_i / s_i^2) / sum(F_i^2 / s_i^2)
       zero = 2.5 log10 a + 31.4

   (`zero` is the AB magnitude of one electron in this exposure). s_i comes
   from photon and read-out noise; stars more than 4 s_i off are left out, at
   most a quarter of them. The error of a is widened by sqrt(chi2/dof) of the
   stars if that is above 1.

The calibrated image is background-subtracted and in nJy. Its header keeps
what photometry needs: FWHM, PIXVAR (variance of an empty pixel, nJy^2),
NJYPERE (nJy per electron), ZPRELERR (relative error of the flux scale).
"""

import argparse
import math

import numpy as np
import sep

import twinkles as tw

HALF = 16   # half-width of the stars' windows [pixels]


def reference_stars(path, band, center, shape):
    """x, y, flux [nJy] of the reference stars well inside the image."""
    stars = []
    for row in tw.read_csv(path):
        x, y = tw.sky_to_pixel(float(row["ra"]), float(row["dec"]), center)
        if 8 < x < shape[1] - 9 and 8 < y < shape[0] - 9:
            stars.append((float(x), float(y),
                          float(tw.mag_to_njy(float(row[band])))))
    return stars


def fit_background(raw):
    """The `sep` background of an image, in one mesh, sources masked."""
    size = max(raw.shape)
    first = sep.Background(raw, bw=size, bh=size)
    faint = sep.extract(raw - first.globalback, 1.5, err=first.globalrms,
                        minarea=5)
    mask = np.zeros(raw.shape, dtype=bool)
    sep.mask_ellipse(mask, faint["x"], faint["y"], faint["a"], faint["b"],
                     faint["theta"], r=6.0)
    return sep.Background(raw, mask=mask, bw=size, bh=size)


def fit_seeing(stamps, start):
    """Width [arcsec] of the Kolmogorov PSF that fits all stamps; its error.

    stamps: (window, pixels, x, y, weight); the weight is the square root of
    the inverse variance at the star's core, so that bright stars do not
    decide alone where their own photon noise is the larger part.
    """
    def residuals(fwhm):
        transfer = tw.psf_transfer([fwhm])
        parts = []
        for window, pixels, x, y, weight in stamps:
            template = window.paste(tw.draw(transfer, x, y))
            _, _, model, _ = tw.fit_fluxes(pixels, [template], 0.0)
            parts.append(weight * (pixels - model))
        return np.concatenate(parts)

    fwhm, step = start, 0.004
    for _ in range(12):
        r = residuals(fwhm)
        slope = (residuals(fwhm + step) - residuals(fwhm - step)) / (2 * step)
        change = -(slope @ r) / (slope @ slope)
        fwhm = min(max(fwhm + change, 0.35), 3.0)
        if abs(change) < 1e-5:
            break
    return fwhm, 1.0 / math.sqrt(slope @ slope)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--image", required=True, help="raw image, FITS")
    parser.add_argument("--reference", required=True, help="stars, CSV")
    parser.add_argument("--output", required=True, help="calibrated, FITS")
    parser.add_argument("--summary", required=True, help="summary, JSON")
    args = parser.parse_args()

    raw, header = tw.read_image(args.image)
    raw *= header["GAIN"]
    center, band = tw.image_center(header), header["BAND"]

    background = fit_background(raw)
    image = raw - background.globalback
    # Sky photons are Poisson: the variance of an empty pixel is their mean.
    floor = background.globalback + header["RDNOISE"] ** 2
    sources = sep.extract(image, 5.0, err=math.sqrt(floor), minarea=5)

    stars = reference_stars(args.reference, band, center, image.shape)
    if len(stars) < 3:
        raise SystemExit(f"only {len(stars)} reference stars in {args.image}")

    # A first look at the stars with a typical width gives the weights.
    stamps = []
    transfer = tw.psf_transfer([0.8])
    for x, y, _ in stars:
        window = tw.Window(x, y, HALF, image.shape)
        pixels = window.cut(image)
        template = window.paste(tw.draw(transfer, x, y))
        flux, _, _, _ = tw.fit_fluxes(pixels, [template], floor)
        core = floor + max(flux[0], 0.0) * template.max() / 2
        stamps.append((window, pixels, x, y, 1.0 / math.sqrt(core)))
    fwhm, fwhm_error = fit_seeing(stamps, 0.8)

    transfer = tw.psf_transfer([fwhm])
    measured, errors, known = [], [], []
    for (window, pixels, x, y, _), (_, _, flux) in zip(stamps, stars):
        template = window.paste(tw.draw(transfer, x, y))
        value, covariance, _, _ = tw.fit_fluxes(pixels, [template], floor, 1.0)
        measured.append(value[0])
        errors.append(math.sqrt(covariance[0, 0]))
        known.append(flux)
    measured, errors, known = map(np.array, (measured, errors, known))
    used = np.ones(len(stars), dtype=bool)
    while True:
        weight = used / errors ** 2
        scale = (weight @ (measured * known)) / (weight @ known ** 2)
        pulls = np.where(used, (measured - scale * known) / errors, 0.0)
        dof = used.sum() - 1
        chi2 = float(pulls @ pulls) / dof
        worst = int(np.argmax(np.abs(pulls)))
        if abs(pulls[worst]) < 4 or used.sum() <= 0.75 * len(stars):
            break
        used[worst] = False
    scale_error = math.sqrt(max(chi2, 1.0) / (weight @ known ** 2)) / scale
    zero_point = 2.5 * math.log10(scale) + tw.AB_NJY
    sky = background.globalback - tw.DARK_CURRENT * header["EXPTIME"]

    cards = [(key, header[key], header.comments[key]) for key in (
        "VISIT", "SENSOR", "BAND", "MJD-OBS", "EXPTIME", "AIRMASS")]
    cards += [
        ("BUNIT", "nJy", ""),
        ("FWHM", round(fwhm, 5), "[arcsec] width of the Kolmogorov PSF"),
        ("ZEROPT", round(zero_point, 5), "[mag] AB, one electron"),
        ("ZPRELERR", round(scale_error, 7), "relative error of flux scale"),
        ("NJYPERE", float(f"{1 / scale:.9g}"), "[nJy/electron]"),
        ("PIXVAR", float(f"{floor / scale ** 2:.9g}"),
         "[nJy^2] variance of an empty pixel"),
    ]
    tw.write_image(args.output, (image / scale).astype(np.float32), cards,
                   center)
    # Depth: 5 sigma, points; effective area 2.266 FWHM^2 (SMTN-002).
    area = 2.266 * (fwhm / tw.PIXEL_SCALE) ** 2
    depth = zero_point - 2.5 * math.log10(5 * math.sqrt(floor * area))
    tw.write_json(args.summary, {
        "visit": header["VISIT"], "sensor": header["SENSOR"], "band": band,
        "mjd": header["MJD-OBS"], "airmass": header["AIRMASS"],
        "zeroPoint": round(zero_point, 4),
        "zeroPointError": round(1.0857 * scale_error, 5),
        "seeing": round(fwhm, 4), "seeingError": round(fwhm_error, 5),
        "background": round(float(background.globalback), 3),
        "backgroundRms": round(float(background.globalrms), 3),
        "skyBrightness": round(
            zero_point - 2.5 * math.log10(sky / tw.PIXEL_SCALE ** 2), 3),
        "depth5Sigma": round(depth, 3),
        "nSources": len(sources), "nReferenceStars": int(used.sum()),
        "chi2PerDofStars": round(chi2, 3)})


if __name__ == "__main__":
    main()
