"""Shared pieces of the miniature Twinkles survey.

Everything that more than one program needs is here: the filters, the sensor
geometry, the tangent-plane projection, the supernova light curve, the point
spread function, the linear flux fit, and small readers and writers.

Units, unless a name says otherwise: angles on the sky in degrees, lengths on
the sensor in pixels (0-based, pixel centres at integers), sizes in arcsec,
fluxes in nanojansky (AB magnitude 31.4 is 1 nJy), times in days.

Two independent PSF codes are used on purpose: `simulate.py` draws with GalSim,
the measuring programs use the short Fourier code in this module. Neither knows
the other's numbers, so agreement of the light curve with the truth is a test.
"""

import csv
import json
import math

import numpy as np

# --- instrument ------------------------------------------------------------

BANDS = "ugrizy"
PIXEL_SCALE = 0.2      # arcsec per pixel (LSST camera)
IMAGE_SIZE = 400       # pixels on a side: the cut-out of a sensor we simulate
READ_NOISE = 8.8       # electrons per pixel and read (SMTN-002)
DARK_CURRENT = 0.2     # electrons per second and pixel (SMTN-002)
AB_NJY = 31.4          # AB magnitude of 1 nJy

# Effective wavelengths [nm] of the LSST filters.
WAVELENGTH = {"u": 368.0, "g": 480.0, "r": 622.0,
              "i": 755.0, "z": 869.0, "y": 971.0}

# AB magnitude that gives one electron per second at airmass 1; L. Jones et
# al., SMTN-002, https://smtn-002.lsst.io (system throughputs v1.9).
ZERO_POINT = {"u": 26.52, "g": 28.51, "r": 28.36,
              "i": 28.17, "z": 27.78, "y": 26.82}

# Atmospheric extinction [mag per airmass], rounded from the same note.
EXTINCTION = {"u": 0.50, "g": 0.21, "r": 0.13, "i": 0.10, "z": 0.07, "y": 0.17}

# The pointing: centre of the Twinkles field, in the Chandra Deep Field South.
POINTING = (53.0091, -27.4389)

# Distance between the centres of neighbouring sensors: 4096 pixels and a gap.
SENSOR_PITCH = 4225 * PIXEL_SCALE / 3600.0   # degrees


def mag_to_njy(mag):
    """AB magnitude -> flux density in nJy."""
    return 10.0 ** (-0.4 * (mag - AB_NJY))


def njy_to_mag(flux):
    """Flux density in nJy (positive) -> AB magnitude."""
    return AB_NJY - 2.5 * math.log10(flux)


# --- geometry --------------------------------------------------------------

def sensor_center(sensor):
    """Right ascension and declination of the centre of a sensor, e.g. R22_S11.

    The name holds the column and row of the raft (R22 is the central one) and
    of the sensor in its raft. The camera is not rotated: columns run west,
    rows run north.
    """
    raft, ccd = sensor.split("_")
    column = 3 * (int(raft[1]) - 2) + int(ccd[1]) - 1
    row = 3 * (int(raft[2]) - 2) + int(ccd[2]) - 1
    ra, dec = tan_inverse(-column * SENSOR_PITCH, row * SENSOR_PITCH,
                          *POINTING)
    return float(ra), float(dec)


def tan_forward(ra, dec, ra0, dec0):
    """Gnomonic projection about (ra0, dec0): standard coordinates in degrees.

    xi points east, eta north; M. Calabretta and E. Greisen 2002, A&A 395,
    1077, section 5.1.3.
    """
    ra, dec = np.radians(ra), np.radians(dec)
    ra0, dec0 = math.radians(ra0), math.radians(dec0)
    cos_c = (math.sin(dec0) * np.sin(dec)
             + math.cos(dec0) * np.cos(dec) * np.cos(ra - ra0))
    xi = np.cos(dec) * np.sin(ra - ra0) / cos_c
    eta = (math.cos(dec0) * np.sin(dec)
           - math.sin(dec0) * np.cos(dec) * np.cos(ra - ra0)) / cos_c
    return np.degrees(xi), np.degrees(eta)


def tan_inverse(xi, eta, ra0, dec0):
    """Inverse of `tan_forward`."""
    xi, eta = np.radians(xi), np.radians(eta)
    ra0, dec0 = math.radians(ra0), math.radians(dec0)
    den = math.cos(dec0) - eta * math.sin(dec0)
    ra = ra0 + np.arctan2(xi, den)
    dec = np.arctan2(math.sin(dec0) + eta * math.cos(dec0), np.hypot(xi, den))
    return np.degrees(ra), np.degrees(dec)


CENTER_PIXEL = (IMAGE_SIZE - 1) / 2.0   # 0-based pixel of the sensor centre


def sky_to_pixel(ra, dec, center):
    """Sky position -> 0-based pixel (x to the west, y to the north)."""
    xi, eta = tan_forward(ra, dec, *center)
    per_degree = 3600.0 / PIXEL_SCALE
    return CENTER_PIXEL - xi * per_degree, CENTER_PIXEL + eta * per_degree


def pixel_to_sky(x, y, center):
    """Inverse of `sky_to_pixel`."""
    degrees = PIXEL_SCALE / 3600.0
    return tan_inverse((CENTER_PIXEL - x) * degrees,
                       (y - CENTER_PIXEL) * degrees, *center)


# --- the supernova ---------------------------------------------------------

# Light-curve parameters of the type Ia supernova, per observed band:
#   mag      magnitude the first maximum has for the supernova of `make_sky.py`
#   rise, fall   Bazin time constants, rest-frame days
#   delay    rest-frame days between the date of maximum and this band's own
#   second   height of the second maximum over the height of the first
# Illustrative values for a normal type Ia at redshift 0.25 (the bands u..y
# there sample rest-frame 290 to 780 nm), chosen for this example and not
# fitted to any one supernova: M_B near -19.3 at a distance modulus of 40.5; a
# decline in the 15 rest-frame days after maximum of 1.6 (u), 1.1 (g), 0.7 (r)
# and 0.6 mag (i, z, y); a second maximum that grows to the red.
SUPERNOVA_BANDS = {
    "u": dict(mag=23.10, rise=3.0, fall=7.5, delay=-2.0, second=0.00),
    "g": dict(mag=21.40, rise=3.4, fall=11.0, delay=-0.5, second=0.00),
    "r": dict(mag=21.10, rise=3.8, fall=15.5, delay=0.0, second=0.04),
    "i": dict(mag=21.25, rise=4.4, fall=17.0, delay=0.5, second=0.12),
    "z": dict(mag=21.45, rise=4.4, fall=16.0, delay=0.0, second=0.25),
    "y": dict(mag=21.60, rise=4.2, fall=15.0, delay=-0.5, second=0.35),
}
SECOND_MAXIMUM = 26.0   # rest-frame days after the first
SECOND_WIDTH = 7.0      # standard deviation, rest-frame days


def supernova_flux(supernova, band, mjd):
    """Flux [nJy] of the supernova in a band on a date (scalar or array).

    With the rest-frame phase p = (mjd - mjd_peak) / ((1 + z) s), stretch s,

        F(p) = (A exp(-(p - p0) / fall) + F1 second G(p)) / (1 + R(p))
        R(p) = exp(-(p - p0) / rise),  G(p) = exp(-(p - p2)^2 / (2 w^2))

    The term with A is the form of G. Bazin et al. 2009, A&A 499, 653 (without
    its constant); that with G adds the second maximum of the red bands as a
    Gaussian, as do G. Contardo, B. Leibundgut and W. Vacca 2000, A&A 359, 876;
    the stretch of the time axis is that of S. Perlmutter et al. 1997, ApJ 483,
    565. The Bazin term is highest at p0 + rise ln(fall / rise - 1): p0 is set
    so that this happens at the band's `delay`, and A so that its height is F1,
    the flux of the band's magnitude at maximum.
    """
    par = SUPERNOVA_BANDS[band]
    rise, fall = par["rise"], par["fall"]
    flux1 = mag_to_njy(par["mag"] + supernova["dimming"])
    phase = ((np.asarray(mjd, dtype=float) - supernova["mjdPeak"])
             / ((1.0 + supernova["redshift"]) * supernova["stretch"]))
    to_peak = rise * math.log(fall / rise - 1.0)
    t = phase - (par["delay"] - to_peak)
    height = math.exp(-to_peak / fall) / (1.0 + math.exp(-to_peak / rise))
    turn_on = 1.0 / (1.0 + np.exp(-np.clip(t / rise, -500, 500)))
    first = flux1 / height * np.exp(-t / fall) * turn_on
    bump = np.exp(-0.5 * ((phase - SECOND_MAXIMUM) / SECOND_WIDTH) ** 2)
    return first + flux1 * par["second"] * bump * turn_on


# --- point spread function and models of sources ---------------------------

def atmosphere_fwhm(seeing, airmass):
    """FWHM [arcsec] of the PSF: zenith seeing times airmass^0.6."""
    return seeing * airmass ** 0.6


STAMP = 64   # pixels on a side of a model stamp
# Angular wave numbers [rad/arcsec] of the stamp's real Fourier transform.
_KX = 2 * np.pi * np.fft.rfftfreq(STAMP, PIXEL_SCALE)[None, :]
_KY = 2 * np.pi * np.fft.fftfreq(STAMP, PIXEL_SCALE)[:, None]
_K = np.hypot(_KX, _KY)
_PIXEL = (np.sinc(_KX * PIXEL_SCALE / (2 * np.pi))
          * np.sinc(_KY * PIXEL_SCALE / (2 * np.pi)))
_KOLMOGOROV = 0.975863432579   # FWHM in units of lambda / r0


def psf_transfer(fwhms, weights=(1.0,)):
    """Fourier transform, on the stamp's grid, of a mean of Kolmogorov PSFs.

    One PSF of full width W has the transfer function (D. Fried 1966, JOSA 56,
    1372) exp(-3.44 (f lambda / r0)^(5/3)), f in cycles per unit angle, with
    W = 0.976 lambda / r0. A coadd's PSF is the weighted mean over its visits.
    The square pixel is included.
    """
    total = np.zeros_like(_K)
    for fwhm, weight in zip(fwhms, weights):
        f = _K / (2 * np.pi) * fwhm / _KOLMOGOROV
        total += weight * np.exp(-3.44 * f ** (5.0 / 3.0))
    return total / sum(weights) * _PIXEL


def draw(transfer, x, y, hlr=0.0, g1=0.0, g2=0.0):
    """Draw a source of unit flux: (column, row of the stamp's corner, stamp).

    hlr = 0 is a point; otherwise an exponential disc of that half-light radius
    [arcsec] (hlr = 1.678 scale lengths h; transform (1 + k^2 h^2)^(-3/2)) and
    reduced shear (g1, g2), drawn in Fourier space.
    """
    ix, iy = int(math.floor(x + 0.5)), int(math.floor(y + 0.5))
    phase = np.exp(-1j * ((x - ix) * PIXEL_SCALE * _KX
                          + (y - iy) * PIXEL_SCALE * _KY))
    image = transfer * phase
    if hlr > 0:
        norm = 1.0 / math.sqrt(1.0 - g1 * g1 - g2 * g2)
        kx = norm * ((1 + g1) * _KX + g2 * _KY)
        ky = norm * (g2 * _KX + (1 - g1) * _KY)
        scale = hlr / 1.67834699
        image = image * (1.0 + (kx * kx + ky * ky) * scale * scale) ** -1.5
    stamp = np.fft.fftshift(np.fft.irfft2(image, s=(STAMP, STAMP)))
    return ix - STAMP // 2, iy - STAMP // 2, stamp


class Window:
    """A square cut-out, half-width `half`, of images around a pixel."""

    def __init__(self, x, y, half, shape):
        ix, iy = int(math.floor(x + 0.5)), int(math.floor(y + 0.5))
        self.x0, self.x1 = max(ix - half, 0), min(ix + half + 1, shape[1])
        self.y0, self.y1 = max(iy - half, 0), min(iy + half + 1, shape[0])
        self.shape = (self.y1 - self.y0, self.x1 - self.x0)

    def cut(self, image):
        """The pixels of an image in this window, as a vector."""
        return image[self.y0:self.y1, self.x0:self.x1].ravel()

    def paste(self, drawn):
        """What of a drawn stamp falls into this window, as a vector."""
        left, bottom, stamp = drawn
        out = np.zeros(self.shape)
        ax, bx = max(left, self.x0), min(left + STAMP, self.x1)
        ay, by = max(bottom, self.y0), min(bottom + STAMP, self.y1)
        if ax < bx and ay < by:
            out[ay - self.y0:by - self.y0, ax - self.x0:bx - self.x0] = \
                stamp[ay - bottom:by - bottom, ax - left:bx - left]
        return out.ravel()


def fit_fluxes(pixels, templates, floor, gain=0.0):
    """Fit pixels = sum_j flux_j template_j + constant; all sources at once.

    Least squares with equal weights (so the estimate is linear in the pixels
    and free of the bias of weights taken from noisy data). The covariance is
    that of the pixel noise propagated through this estimate: each pixel has
    the variance `floor` (sky and read-out) plus `gain` times the fitted
    model's counts (the sources' own photon noise; gain = nJy per electron).

    Returns fluxes, their covariance (both without the constant), the model and
    the pixels' variance.
    """
    design = np.column_stack(list(templates) + [np.ones(len(pixels))])
    estimator = np.linalg.pinv(design.T @ design, hermitian=True) @ design.T
    coefficients = estimator @ pixels
    model = design @ coefficients
    variance = floor + gain * np.maximum(model - coefficients[-1], 0.0)
    covariance = (estimator * variance) @ estimator.T
    return coefficients[:-1], covariance[:-1, :-1], model, variance


# --- files -----------------------------------------------------------------

def read_csv(path):
    """Rows of a CSV file as dictionaries of text."""
    with open(path, newline="") as stream:
        return list(csv.DictReader(stream))


def write_csv(path, columns, rows):
    """Write rows (sequences of text) under a line of column names."""
    with open(path, "w", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def read_json(path):
    with open(path) as stream:
        return json.load(stream)


def write_json(path, value):
    with open(path, "w") as stream:
        json.dump(value, stream, indent=1)
        stream.write("\n")


def read_image(path):
    """Read a FITS file: image (native float64, contiguous) and its header."""
    from astropy.io import fits
    with fits.open(path) as hdus:
        header = hdus[0].header.copy()
        image = np.ascontiguousarray(hdus[0].data, dtype=np.float64)
    return image, header


def write_image(path, image, cards, center):
    """Write a FITS image with (key, value, comment) cards and the WCS."""
    from astropy.io import fits
    header = fits.Header()
    for card in cards:
        header.append(card)
    degrees = PIXEL_SCALE / 3600.0
    for card in [("CTYPE1", "RA---TAN", ""), ("CTYPE2", "DEC--TAN", ""),
                 ("CUNIT1", "deg", ""), ("CUNIT2", "deg", ""),
                 ("CRPIX1", CENTER_PIXEL + 1, "FITS counts pixels from 1"),
                 ("CRPIX2", CENTER_PIXEL + 1, ""),
                 ("CRVAL1", center[0], ""), ("CRVAL2", center[1], ""),
                 ("CD1_1", -degrees, ""), ("CD1_2", 0.0, ""),
                 ("CD2_1", 0.0, ""), ("CD2_2", degrees, ""),
                 ("RADESYS", "ICRS", "")]:
        header.append(card)
    fits.PrimaryHDU(image, header).writeto(path, overwrite=True)


def image_center(header):
    """Sky position of the centre of an image, from its header."""
    return header["CRVAL1"], header["CRVAL2"]
