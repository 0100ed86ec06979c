"""Make a colour picture of three coadds.

usage: color.py --red coadd-i.fits --green coadd-r.fits --blue coadd-g.fits \
           --output coadd-color.png [--zoom 2] [--light-curve light-curve.json]

The stretch is that of R. Lupton et al. 2004, PASP 116, 133: with the mean
I of the three (scaled) images,

    f = asinh(Q I / s) / Q,    R, G, B = f x (r, g, b) / I

and colours that would saturate are scaled down together, so that bright
sources keep their hue. The softening s is a few times the noise of the
picture. For the eye only, the coadds are smoothed by a 3 x 3 binomial kernel
first. With --light-curve the place of the supernova is marked, if it is in
the picture.
"""

import argparse

import numpy as np

import twinkles as tw

# Balance of the bands, for F_nu: a star somewhat cooler than the Sun is white.
BALANCE = {"u": 2.5, "g": 1.45, "r": 1.0, "i": 0.82, "z": 0.75, "y": 0.7}
Q = 6.0
STRETCH = 16.0   # in units of the noise of the smoothed mean image
BLACK = 0.6      # what is black, in the same units below the mean sky


def smooth(image):
    """Convolve with the binomial kernel (1, 2, 1) x (1, 2, 1) / 16."""
    for axis in (0, 1):
        padded = np.pad(image, [(1, 1) if a == axis else (0, 0)
                                for a in (0, 1)], mode="edge")
        size = image.shape[axis]
        low, mid, high = (np.take(padded, range(k, k + size), axis)
                          for k in (0, 1, 2))
        image = (low + 2 * mid + high) / 4
    return image


def mark(picture, x, y, text):
    """A circle about a point (counted from the top left) and a label."""
    from PIL import ImageDraw, ImageFont
    pen = ImageDraw.Draw(picture)
    white = (255, 255, 255)
    pen.ellipse([x - 14, y - 14, x + 14, y + 14], outline=white, width=2)
    pen.text((x + 15, y - 29), text, fill=white,
             font=ImageFont.load_default(size=17))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("red", "green", "blue"):
        parser.add_argument(f"--{name}", required=True, help="coadd, FITS")
    parser.add_argument("--output", required=True, help="picture, PNG")
    parser.add_argument("--zoom", type=int, default=2,
                        help="screen pixels per image pixel")
    parser.add_argument("--light-curve",
                        help="summary of light_curve.py, JSON")
    args = parser.parse_args()

    layers, variance = [], 0.0
    for path in (args.red, args.green, args.blue):
        image, header = tw.read_image(path)
        factor = BALANCE[header["BAND"]]
        layers.append(smooth(image) * factor)
        variance += header["PIXVAR"] * factor ** 2
    rgb = np.stack(layers, axis=-1)
    noise = np.sqrt(variance) / 3 * (6 / 16)   # the kernel's effect on noise
    rgb = np.maximum(rgb + BLACK * noise, 0)
    mean = np.maximum(rgb.mean(axis=-1), 1e-9)
    stretch = np.arcsinh(Q * mean / (STRETCH * noise)) / Q
    rgb *= (stretch / mean)[..., None]
    rgb /= np.maximum(rgb.max(axis=-1), 1.0)[..., None]
    # North is up in the picture: rows are counted from the top there.
    pixels = np.rint(255 * np.clip(rgb[::-1], 0, 1)).astype(np.uint8)

    from PIL import Image
    picture = Image.fromarray(pixels)
    height, width = pixels.shape[:2]
    picture = picture.resize((width * args.zoom, height * args.zoom),
                             Image.Resampling.BICUBIC)
    if args.light_curve:
        found = tw.read_json(args.light_curve)
        x, y = tw.sky_to_pixel(found["ra"], found["dec"],
                               tw.image_center(header))
        if 0 <= x < width and 0 <= y < height:
            mark(picture, (x + 0.5) * args.zoom,
                 (height - y - 0.5) * args.zoom, "SN Ia")
    picture.save(args.output, optimize=True)


if __name__ == "__main__":
    main()
