"""Simulate the image one sensor takes in one visit.

usage: simulate.py --catalog instance-1001.txt --sensor R22_S11 \
           --output raw-1001-R22_S11.fits

GalSim (B. Rowe et al. 2015, Astronomy and Computing 10, 121) draws every
source of the instance catalogue that falls on the sensor, convolved with the
visit's PSF and the pixel. The PSF is Kolmogorov's, of full width

    FWHM = seeing * airmass^0.6   [arcsec]

A source of magnitude m gives 10^(0.4 (Z - m)) electrons with

    Z = Z_band + 2.5 log10(exptime) - k_band (airmass - 1) - cloud

(zero points and extinctions in `twinkles.py`), where `cloud`, 0 to 0.15 mag,
is drawn from the visit's seed: the same on all sensors of the visit and
unknown to those who calibrate. Sky of surface brightness `sky` [mag/arcsec^2]
(as seen from the ground: not dimmed) and dark current are added; then photon
noise is drawn (Poisson), then the noise of the read-out (Gaussian, 8.8
electrons). The gain is 1 electron per count and the bias is already taken
off.
"""

import argparse
import zlib

import galsim
import numpy as np

import twinkles as tw


def read_catalog(path):
    """Header (dictionary of text) and sources of an instance catalogue."""
    header, sources = {}, []
    with open(path) as stream:
        for line in stream:
            words = line.split()
            if words[0] == "object":
                sources.append((words[1], *map(float, words[2:5]), words[5],
                                *map(float, words[6:9])))
            else:
                header[words[0]] = words[1]
    return header, sources


def profile(kind, hlr, axis_ratio, angle):
    """The GalSim profile, of unit flux, of a source above the atmosphere."""
    if kind == "disk":
        shape = galsim.Exponential(half_light_radius=hlr)
    elif kind == "bulge":
        shape = galsim.DeVaucouleurs(half_light_radius=hlr)
    else:
        return None
    return shape.shear(q=axis_ratio, beta=angle * galsim.degrees)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--catalog", required=True, help="instance catalogue")
    parser.add_argument("--sensor", required=True, help="e.g. R22_S11")
    parser.add_argument("--output", required=True, help="raw image, FITS")
    args = parser.parse_args()

    visit, sources = read_catalog(args.catalog)
    band, seed = visit["band"], int(visit["seed"])
    exptime, airmass = float(visit["exptime"]), float(visit["airmass"])
    cloud = 0.15 * np.random.default_rng([seed, 1]).random()
    zero_point = (tw.ZERO_POINT[band] + 2.5 * np.log10(exptime)
                  - tw.EXTINCTION[band] * (airmass - 1.0) - cloud)
    center = tw.sensor_center(args.sensor)
    psf = galsim.Kolmogorov(
        fwhm=tw.atmosphere_fwhm(float(visit["seeing"]), airmass))

    size = tw.IMAGE_SIZE
    image = galsim.ImageD(galsim.BoundsI(0, size - 1, 0, size - 1),
                          scale=tw.PIXEL_SCALE)
    for _, ra, dec, mag, kind, hlr, axis_ratio, angle in sources:
        x, y = tw.sky_to_pixel(ra, dec, center)
        if not (-20 < x < size + 20 and -20 < y < size + 20):
            continue
        flux = 10 ** (0.4 * (zero_point - mag))
        source = profile(kind, hlr, axis_ratio, angle)
        whole = psf if source is None else galsim.Convolve(psf, source)
        # A stamp so large that little of the light is beyond its edge.
        width = 256 if flux > 1e5 else 128 if flux > 1e4 else 64
        ix, iy = int(round(x)), int(round(y))
        stamp = galsim.ImageD(width, width, scale=tw.PIXEL_SCALE)
        stamp.setCenter(ix, iy)
        whole.withFlux(flux).drawImage(
            stamp, center=galsim.PositionD(float(x), float(y)))
        common = stamp.bounds & image.bounds
        if common.isDefined():
            image[common] += stamp[common]

    sky = 10 ** (0.4 * (tw.ZERO_POINT[band] - float(visit["sky"])))
    image += (sky * tw.PIXEL_SCALE ** 2 + tw.DARK_CURRENT) * exptime
    # Rounded to 1/256 electron: the last digits of the Fourier transforms
    # depend on the processor, and the noise drawn would, too.
    image.array[:] = np.maximum(np.round(image.array * 256) / 256, 0)

    # One stream of random numbers for each visit and sensor.
    noise_seed = zlib.crc32(f"{seed} {args.sensor}".encode()) >> 1
    rng = galsim.BaseDeviate(noise_seed + 1)
    image.addNoise(galsim.PoissonNoise(rng))
    image.addNoise(galsim.GaussianNoise(rng, sigma=tw.READ_NOISE))

    tw.write_image(args.output, image.array.astype(np.float32), [
        ("VISIT", int(visit["visit"]), ""),
        ("SENSOR", args.sensor, ""),
        ("BAND", band, ""),
        ("MJD-OBS", float(visit["mjd"]), "[d]"),
        ("EXPTIME", exptime, "[s]"),
        ("AIRMASS", airmass, ""),
        ("GAIN", 1.0, "[electron/count]"),
        ("RDNOISE", tw.READ_NOISE, "[electron]"),
        ("BUNIT", "electron", ""),
    ], center)


if __name__ == "__main__":
    main()
