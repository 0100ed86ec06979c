"""Make a colour picture of three coadds.

usage: color.py --red coadd-i.fits --green coadd-r.fits --blue coadd-g.fits \
           --output coadd-color.png [--zoom 2]

The stretch is that of R. Lupton et al. 2004, PASP 116, 133: with the mean
I of the three (scaled) images,

    f = asinh(Q (I - m) / s) / Q,    R, G, B = f x (r, g, b) / I

and colours that would saturate are scaled down together, so that bright sources
keep their hue. The softening s is a few times the noise of the picture.
"""

import argparse

import numpy as np

import twinkles as tw

# Balance of the bands: fluxes [nJy] of a galaxy of middling colour look white.
BALANCE = {"u": 3.0, "g": 1.75, "r": 1.0, "i": 0.72, "z": 0.6, "y": 0.5}
Q = 9.0
STRETCH = 14.0   # in units of the mean image's noise


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("red", "green", "blue"):
        parser.add_argument(f"--{name}", required=True, help="coadd, FITS")
    parser.add_argument("--output", required=True, help="picture, PNG")
    parser.add_argument("--zoom", type=int, default=2,
                        help="screen pixels per image pixel")
    args = parser.parse_args()

    layers, variance = [], 0.0
    for path in (args.red, args.green, args.blue):
        image, header = tw.read_image(path)
        factor = BALANCE[header["BAND"]]
        layers.append(image * factor)
        variance += header["PIXVAR"] * factor ** 2
    rgb = np.stack(layers, axis=-1)
    noise = np.sqrt(variance) / 3
    mean = np.maximum(rgb.mean(axis=-1), 1e-9) + 1.0 * noise
    stretch = np.arcsinh(Q * mean / (STRETCH * noise)) / Q
    rgb = np.maximum(rgb + 1.0 * noise, 0) * (stretch / mean)[..., None]
    rgb /= np.maximum(rgb.max(axis=-1), 1.0)[..., None]
    # North is up in the picture: rows are counted from the top there.
    pixels = np.rint(255 * np.clip(rgb[::-1], 0, 1)).astype(np.uint8)

    from PIL import Image
    picture = Image.fromarray(pixels)
    height, width = pixels.shape[:2]
    picture.resize((width * args.zoom, height * args.zoom),
                   Image.Resampling.BICUBIC).save(args.output, optimize=True)


if __name__ == "__main__":
    main()
