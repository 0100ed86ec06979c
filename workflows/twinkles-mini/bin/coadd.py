"""Add up the calibrated images of one sensor in one band.

usage: coadd.py --band r --sensor R22_S11 --output coadd-r-R22_S11.fits \
           calexp-1003-R22_S11.fits calexp-1010-R22_S11.fits ...

Images of other bands or sensors in the list are passed over. All images of a
sensor are on the same pixel grid, so they add without resampling and the noise
of the sum stays independent from pixel to pixel:

    C = sum(I_v / V_v) / sum(1 / V_v),   V = 1 / sum(1 / V_v)

with V_v the variance of an empty pixel of image v (PIXVAR). The PSF of the
coadd is the same weighted mean of the images' PSFs; the header lists their
widths and weights (FWHMn, WEIGHTn).
"""

import argparse

import numpy as np

import twinkles as tw


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--band", required=True, choices=list(tw.BANDS))
    parser.add_argument("--sensor", required=True)
    parser.add_argument("--output", required=True, help="coadd, FITS")
    parser.add_argument("images", nargs="+", help="calibrated images, FITS")
    args = parser.parse_args()

    chosen = []
    for path in args.images:
        image, header = tw.read_image(path)
        if header["BAND"] == args.band and header["SENSOR"] == args.sensor:
            chosen.append((header["VISIT"], image, header))
    if not chosen:
        raise SystemExit(f"no image of {args.sensor} in {args.band}")
    chosen.sort(key=lambda item: item[0])   # whatever the order given

    weights = np.array([1.0 / header["PIXVAR"] for _, _, header in chosen])
    total = sum(w * image for w, (_, image, _) in zip(weights, chosen))
    cards = [
        ("SENSOR", args.sensor, ""), ("BAND", args.band, ""),
        ("BUNIT", "nJy", ""),
        ("PIXVAR", float(f"{1 / weights.sum():.9g}"),
         "[nJy^2] variance of an empty pixel"),
        # Photon noise of a source: the mean of w^2 gain over (sum w)^2.
        ("NJYPERE", float("{:.9g}".format(
            sum(w * w * header["NJYPERE"] for w, (_, _, header)
                in zip(weights, chosen)) / weights.sum() ** 2)),
         "[nJy/electron] effective"),
        ("NVISITS", len(chosen), "")]
    for n, (w, (visit, _, header)) in enumerate(zip(weights, chosen), 1):
        cards += [(f"VISIT{n}", visit, ""),
                  (f"FWHM{n}", header["FWHM"], "[arcsec]"),
                  (f"WEIGHT{n}", float(f"{w / weights.sum():.9g}"), "")]
    tw.write_image(args.output, (total / weights.sum()).astype(np.float32),
                   cards, tw.image_center(chosen[0][2]))


if __name__ == "__main__":
    main()
