"""Write the instance catalogue of one visit: what is in the sky that night.

usage: make_catalog.py --sky sky.json --visits visits.csv --visit 1001 \
           --output instance-1001.txt

The form follows phoSim's instance catalogues: first a header of keyword and
value, one a line, which holds all the simulator has to know of the visit, then
a line for each source:

    object ID RA DEC MAG TYPE HLR AXIS_RATIO POSITION_ANGLE

RA, DEC in degrees; MAG the AB magnitude in the visit's filter, above the
atmosphere, on its date; TYPE star, supernova, disk or bulge; HLR the half-light
radius of the major axis' equal-area circle in arcsec (0 for points); the
position angle in degrees from west to north.
"""

import argparse
import math

import twinkles as tw


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sky", required=True, help="the sky, JSON")
    parser.add_argument("--visits", required=True, help="table of visits, CSV")
    parser.add_argument("--visit", type=int, required=True)
    parser.add_argument("--output", required=True, help="instance catalogue")
    args = parser.parse_args()

    visits = {int(row["visit"]): row for row in tw.read_csv(args.visits)}
    if args.visit not in visits:
        parser.error(f"visit {args.visit} is not in {args.visits}")
    visit = visits[args.visit]
    sky = tw.read_json(args.sky)
    band = visit["band"]

    lines = [f"{key} {visit[key]}" for key in (
        "visit", "band", "mjd", "exptime", "seeing", "airmass", "sky", "seed")]
    supernova = sky["supernova"]
    sources = list(sky["objects"])
    if supernova:
        flux = float(tw.supernova_flux(supernova, band, float(visit["mjd"])))
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
