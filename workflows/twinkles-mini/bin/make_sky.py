"""Make the sky: stars, galaxies and one type Ia supernova in its host.

usage: make_sky.py --sensors R22_S11 R22_S12 --seed 2016 \
           --output sky.json --reference reference-stars.csv

The sky is drawn at random from the seed: the truth of the simulation. Only the
programs that make images (`make_catalog.py`) or that judge the result
(`light_curve.py`) read `sky.json`; the measuring programs read the reference
catalogue, which stands for an outside photometric survey: positions and
magnitudes of the brighter isolated stars, taken as free of error.

Stars have the colours of black bodies (Planck's law at the filters' effective
wavelengths), temperatures spread between 3600 and 8000 K. Galaxies have power
law spectra F_nu ~ lambda^beta, red ones (bulges, de Vaucouleurs profile) with
beta near 3, blue ones (discs, exponential profile) with beta near 1; numbers
rise by 10^(0.22 m) with magnitude m, sizes shrink with it. Both are denser
than on the real sky: like the Twinkles field itself, this one is overloaded,
so that a small image has enough of everything.

The supernova is on the first sensor of the list, 2 arcsec from the centre of a
disc galaxy.
"""

import argparse
import math

import numpy as np

import twinkles as tw

N_REFERENCE = 16       # isolated bright stars per sensor
N_STARS = 12           # further stars
N_GALAXIES = 110
EDGE = 12.0            # pixels kept free of the centres of sources
MJD_PEAK = 60980.0     # date of maximum
REDSHIFT = 0.25
STRETCH = 1.0


def star_magnitudes(r_mag, temperature):
    """Magnitudes in all bands of a black body with the given r magnitude.

    AB magnitude differences follow B_nu ~ nu^3 / (exp(h nu / k T) - 1).
    """
    def brightness(band):
        # h c / k = 1.438777e7 nm K
        wavelength = tw.WAVELENGTH[band]
        return wavelength ** -3 / math.expm1(
            1.438777e7 / (wavelength * temperature))
    return {b: r_mag - 2.5 * math.log10(brightness(b) / brightness("r"))
            for b in tw.BANDS}


def galaxy_magnitudes(r_mag, beta):
    """Magnitudes in all bands of a power law F_nu ~ lambda^beta."""
    return {b: r_mag - 2.5 * beta * math.log10(
        tw.WAVELENGTH[b] / tw.WAVELENGTH["r"]) for b in tw.BANDS}


class Placer:
    """Hands out random pixel positions that keep clear of earlier ones."""

    def __init__(self, rng):
        self.rng = rng
        self.taken = []   # (x, y, radius)

    def claim(self, x, y, radius):
        self.taken.append((x, y, radius))

    def place(self, radius, margin=0.0):
        """A position that keeps its own and all claimed radii [pixels].

        `margin` widens its own, towards the sources placed so far.
        """
        for _ in range(10000):
            x, y = self.rng.uniform(EDGE, tw.IMAGE_SIZE - EDGE, 2)
            if all(math.hypot(x - a, y - b) > max(radius + margin, r)
                   for a, b, r in self.taken):
                self.claim(x, y, radius)
                return x, y
        raise RuntimeError("the field is too crowded")


def make_sensor(sensor, rng, supernova_here):
    """The objects of one sensor, and the supernova or None."""
    center = tw.sensor_center(sensor)
    placer = Placer(rng)
    objects = []
    supernova = None

    def add(kind, x, y, mags, **more):
        ra, dec = tw.pixel_to_sky(x, y, center)
        objects.append({
            "id": f"{sensor}-{len(objects):03d}", "sensor": sensor,
            "type": kind,
            "ra": round(float(ra), 8), "dec": round(float(dec), 8),
            "mag": {b: round(m, 4) for b, m in mags.items()}, **more})
        return objects[-1]

    if supernova_here:
        x, y = rng.uniform(0.4, 0.6, 2) * tw.IMAGE_SIZE
        placer.claim(x, y, 40.0)
        host = add("disk", x, y, galaxy_magnitudes(20.2, 1.6), hlr=1.1,
                   axisRatio=0.65, positionAngle=round(rng.uniform(0, 180), 2))
        angle = rng.uniform(0, 2 * math.pi)
        offset = 2.0 / tw.PIXEL_SCALE
        ra, dec = tw.pixel_to_sky(x + offset * math.cos(angle),
                                  y + offset * math.sin(angle), center)
        supernova = {
            "id": "SN", "sensor": sensor, "type": "supernova",
            "ra": round(float(ra), 8), "dec": round(float(dec), 8),
            "host": host["id"], "mjdPeak": MJD_PEAK, "redshift": REDSHIFT,
            "stretch": STRETCH, "dimming": 0.0}
    for _ in range(N_REFERENCE):
        add("star", *placer.place(27.0, 18.0),
            star_magnitudes(rng.uniform(17.6, 20.0), rng.uniform(3600, 8000)),
            reference=True)
    for _ in range(N_STARS):
        add("star", *placer.place(10.0),
            star_magnitudes(rng.uniform(20.0, 24.0), rng.uniform(3600, 8000)))
    for _ in range(N_GALAXIES):
        # Inverse transform of counts ~ 10^(0.22 m) between r = 19 and 25.
        low, high = 10 ** (0.22 * 19.0), 10 ** (0.22 * 25.0)
        r_mag = math.log10(rng.uniform(low, high)) / 0.22
        size = 10 ** (-0.13 * (r_mag - 20.0)) * math.exp(
            rng.normal(0, 0.3))
        position = placer.place(7.0 + 4.0 * size)
        shape = dict(axisRatio=round(rng.uniform(0.35, 1.0), 3),
                     positionAngle=round(rng.uniform(0, 180), 2),
                     hlr=round(min(size, 1.6), 4))
        if rng.random() < 0.3:
            add("bulge", *position,
                galaxy_magnitudes(r_mag, rng.normal(3.0, 0.4)), **shape)
        else:
            add("disk", *position,
                galaxy_magnitudes(r_mag, rng.normal(1.1, 0.6)), **shape)
    return objects, supernova


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sensors", required=True, nargs="+",
                        help="names; the supernova is on the first")
    parser.add_argument("--seed", type=int, default=2016)
    parser.add_argument("--output", required=True, help="the sky, JSON")
    parser.add_argument("--reference", required=True,
                        help="catalogue of reference stars, CSV")
    args = parser.parse_args()

    sky = {"seed": args.seed, "supernova": None, "objects": []}
    for index, sensor in enumerate(args.sensors):
        # A generator per sensor: a longer list changes nothing on the first.
        rng = np.random.default_rng([args.seed, index])
        objects, supernova = make_sensor(sensor, rng, index == 0)
        sky["objects"] += objects
        sky["supernova"] = sky["supernova"] or supernova
    tw.write_json(args.output, sky)

    tw.write_csv(args.reference,
                 ["id", "ra", "dec"] + list(tw.BANDS),
                 [[o["id"], f"{o['ra']:.8f}", f"{o['dec']:.8f}"]
                  + [f"{o['mag'][b]:.4f}" for b in tw.BANDS]
                  for o in sky["objects"] if o.get("reference")])


if __name__ == "__main__":
    main()
