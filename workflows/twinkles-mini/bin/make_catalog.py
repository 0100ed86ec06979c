"""Write the instance catalogue of one visit: what is in the sky that night.

usage: make_catalog.py --sky sky.json --visit 1001 --band g --mjd 60965.17 \
           --exptime 30 --seeing 0.68 --sky-brightness 22.06 --airmass 1.05 \
           --seed 830758 --output instance-1001.txt

The form follows phoSim's instance catalogues: first a header of keyword and
value, one a line, which holds all the simulator has to know of the visit, then
a line for each source:

    object ID RA DEC MAG TYPE HLR AXIS_RATIO POSITION_ANGLE

RA, DEC in degrees; MAG the AB magnitude in the visit's filter, above the
atmosphere, on its date; TYPE star, supernova, disk or bulge; HLR the
half-light radius in arcsec (0 for points) of the round profile that a shear
of equal area turns into the ellipse; the position angle in degrees from west
to north.
"""

import argparse
import math

import twinkles as tw


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sky", required=True, help="the sky, JSON")
    parser.add_argument("--visit", type=int, required=True, help="its number")
    parser.add_argument("--band", required=True, choices=list("ugrizy"))
    parser.add_argument("--mjd", type=float, required=True, help="date")
    parser.add_argument("--exptime", type=float, required=True, help="s")
    parser.add_argument("--seeing", type=float, required=True,
                        help="at the zenith, arcsec")
    parser.add_argument("--sky-brightness", type=float, required=True,
                        help="mag/arcsec^2")
    parser.add_argument("--airmass", type=float, required=True)
    parser.add_argument("--seed", type=int, required=True, help="of its noise")
    parser.add_argument("--output", required=True, help="instance catalogue")
    args = parser.parse_args()

    sky = tw.read_json(args.sky)
    band = args.band

    lines = [f"{key} {value}" for key, value in (
        ("visit", args.visit), ("band", band), ("mjd", args.mjd),
        ("exptime", args.exptime), ("seeing", args.seeing),
        ("airmass", args.airmass), ("sky", args.sky_brightness),
        ("seed", args.seed))]
    supernova = sky["supernova"]
    sources = list(sky["objects"])
    if supernova:
        flux = float(tw.supernova_flux(supernova, band, args.mjd))
        # Long before the explosion the flux is zero for all that matters.
        mag = 2.5 * -math.log10(flux) + tw.AB_NJY if flux > 1e-6 else 99.0
        sources.append({**supernova, "mag": {band: mag}})
    for o in sources:
        lines.append("object {} {:.8f} {:.8f} {:.6f} {} {} {} {}".format(
            o["id"], o["ra"], o["dec"], o["mag"][band], o["type"],
            o.get("hlr", 0), o.get("axisRatio", 1), o.get("positionAngle", 0)))
    with open(args.output, "w") as stream:
        stream.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
