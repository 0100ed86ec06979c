"""Shared pieces: distances, the Hubble diagram and its likelihood, priors, chains and their convergence.

Redshifts without unit, distances in Mpc, distance moduli and magnitudes in mag, velocities in km/s.
The Universe is flat, without radiation; dark energy has w(a) = w0 + wa (1 - a)
(Chevallier and Polarski 2001, IJMPD 10, 213; Linder 2003, PRL 90, 091301), so

    E(z)^2 = Om (1+z)^3 + (1 - Om) (1+z)^(3 (1 + w0 + wa)) exp(-3 wa z / (1+z))

H0 and the supernovae's absolute magnitude only add a constant to all magnitudes.
"""

import csv
import json
import zlib

import numpy as np

LIGHT = 299792.458     # km/s
H0 = 70.0              # km/s/Mpc
MAGNITUDE = -19.3      # of a standardised supernova, absolute

# The parameters of each model. What a model does not have is that of a cosmological constant.
MODELS = {"LCDM": ("Om",), "wCDM": ("Om", "w0"), "w0waCDM": ("Om", "w0", "wa")}
LABELS = {"Om": r"$\Omega_m$", "w0": r"$w_0$", "wa": r"$w_a$"}
TRUTH = {"Om": 0.3, "w0": -1.0, "wa": 0.0}

# Flat priors within these bounds; besides, w0 + wa < 0: dark energy does not rule the early Universe.
BOUNDS = {"Om": (0.0, 1.0), "w0": (-3.0, 0.0), "wa": (-3.0, 2.0)}
# The prior "lss" adds what the clustering of galaxies may tell: Om = 0.30 +- 0.02 (Gaussian).
LSS = (0.30, 0.02)

GRID = np.linspace(0.0, 1.3, 261)
STEP = GRID[1] - GRID[0]
WALKERS = 32           # points that move together in one chain


def generator(seed, *names):
    """A generator of its own for each seed and names: streams never depend on the order of runs."""
    return np.random.default_rng([seed, *(zlib.crc32(str(name).encode()) for name in names)])


def modulus(z, Om, w0=-1.0, wa=0.0):
    """Distance modulus at the redshifts z (at most 1.3), by the trapezium rule on a grid of 0.005.

    Parameters may be columns (n, 1); the result is then (n, len(z)).
    """
    scale = 1.0 + GRID
    exponent = 3.0 * (1.0 + w0 + wa) * np.log(scale) - 3.0 * wa * GRID / scale
    dark = np.exp(np.minimum(exponent, 300.0))
    inverse = 1.0 / np.sqrt(Om * scale ** 3 + (1.0 - Om) * dark)
    comoving = np.zeros_like(inverse)
    np.cumsum(0.5 * STEP * (inverse[..., 1:] + inverse[..., :-1]), axis=-1, out=comoving[..., 1:])
    below = np.minimum((z / STEP).astype(int), len(GRID) - 2)
    part = z / STEP - below
    distance = comoving[..., below] * (1.0 - part) + comoving[..., below + 1] * part
    return 5.0 * np.log10((1.0 + z) * distance * LIGHT / H0) + 25.0


def simulate(rng, size, truth):
    """Redshifts, magnitudes and their errors of `size` supernovae.

    One in five is near (0.02 < z < 0.1), as from a low-redshift survey; the others rise linearly in
    number up to z = 1.1. The variance of a magnitude is the sum of 0.10^2 (scatter between supernovae),
    (0.04 + 0.06 z)^2 (photometry), (0.055 z)^2 (lensing; Joensson et al. 2010, MNRAS 405, 535) and
    (5 / ln 10 * 250 km/s / (c z))^2 (peculiar motion).
    """
    near = size // 5
    z = np.concatenate([rng.uniform(0.02, 0.1, near),
                        0.1 + np.sqrt(rng.uniform(size=size - near))])
    z = np.sort(z)
    error = np.sqrt(0.10 ** 2 + (0.04 + 0.06 * z) ** 2 + (0.055 * z) ** 2
                    + (5.0 / np.log(10.0) * 250.0 / (LIGHT * z)) ** 2)
    return z, modulus(z, **truth) + MAGNITUDE + error * rng.standard_normal(size), error


def read_diagram(path):
    """Redshifts, magnitudes and errors of a Hubble diagram in CSV."""
    with open(path, newline="") as stream:
        rows = list(csv.DictReader(stream))
    return tuple(np.array([float(row[name]) for row in rows]) for name in ("z", "mag", "error"))


def chi_square(diagram, point):
    """Least chi-square over the constant in all magnitudes, which is thereby free.

    Integrating the likelihood over that constant with a flat prior gives the same function of the
    other parameters, but for a factor (Goliath et al. 2001, A&A 380, 6).
    """
    z, mag, error = diagram
    weight = error ** -2
    residual = mag - modulus(z, **point)
    return residual ** 2 @ weight - (residual @ weight) ** 2 / weight.sum()


def log_posterior(diagram, names, prior, points):
    """Logarithm of prior times likelihood at points (n, parameters); -inf outside of the bounds."""
    columns = dict(zip(names, points.T))
    inside = np.ones(len(points), dtype=bool)
    for name, value in columns.items():
        inside &= (value > BOUNDS[name][0]) & (value < BOUNDS[name][1])
    if "wa" in columns:
        inside &= columns["w0"] + columns["wa"] < 0.0
    values = np.full(len(points), -np.inf)
    if inside.any():
        kept = {name: value[inside][:, None] for name, value in columns.items()}
        values[inside] = -0.5 * chi_square(diagram, kept)
        if prior == "lss":
            values[inside] -= 0.5 * ((columns["Om"][inside] - LSS[0]) / LSS[1]) ** 2
    return values


def draw_prior(rng, names, prior):
    """One point from the prior."""
    while True:
        point = {name: rng.uniform(*BOUNDS[name]) for name in names}
        if prior == "lss":
            point["Om"] = rng.normal(*LSS)
        if point.get("w0", -1.0) + point.get("wa", 0.0) < 0.0 and 0.0 < point["Om"] < 1.0:
            return np.array([point[name] for name in names])


def walk(rng, density, ensemble, steps):
    """The stretch move (Goodman and Weare 2010, CAMCoS 5, 65; the sampler of emcee).

    Half of the walkers move at a time, each along the line to a walker of the other half. Proposals
    know nothing but the other half, so nothing needs to be tuned or learnt, and a chain may go on
    from its last ensemble. Gives points (steps, walkers, parameters), log densities (steps, walkers)
    and the share of accepted moves.
    """
    walkers, size = ensemble.shape
    half = walkers // 2
    now, values = ensemble.copy(), density(ensemble)
    points, logs = np.empty((steps, walkers, size)), np.empty((steps, walkers))
    accepted = 0
    for step in range(steps):
        for mine, others in ((slice(0, half), slice(half, None)), (slice(half, None), slice(0, half))):
            partner = now[others][rng.integers(half, size=half)]
            # The density of z is 1 / sqrt(z) from 1/2 to 2.
            z = (1.0 + rng.uniform(size=half)) ** 2 / 2.0
            trial = partner + z[:, None] * (now[mine] - partner)
            trial_values = density(trial)
            odds = (size - 1) * np.log(z) + trial_values - values[mine]
            better = np.log(rng.uniform(size=half)) < odds
            now[mine] = np.where(better[:, None], trial, now[mine])
            values[mine] = np.where(better, trial_values, values[mine])
            accepted += int(better.sum())
        points[step], logs[step] = now, values
    return points, logs, accepted / (steps * walkers)


def sample(rng, diagram, names, prior, burn, steps):
    """A chain whose walkers start at points of the prior; the first `burn` steps are thrown away."""
    def density(points):
        return log_posterior(diagram, names, prior, points)

    start = np.array([draw_prior(rng, names, prior) for _ in range(WALKERS)])
    points, _, _ = walk(rng, density, start, burn)
    return walk(rng, density, points[-1], steps)


def save_chain(path, points, logs):
    with open(path, "wb") as stream:
        np.savez(stream, points=points, logs=logs)


def load_chain(path):
    """A chain as a dictionary of arrays."""
    with np.load(path) as stored:
        return {name: stored[name] for name in stored.files}


def split_rhat(chains):
    """The largest split R-hat over the parameters; `chains` is (chain, step, walker, parameter).

    Each chain is cut in two halves, so that one that still drifts is seen (Gelman et al. 2013,
    Bayesian Data Analysis, 3rd edition, section 11.4). The walkers of a chain depend on each other,
    so all the points of a half are one sequence: what is compared are chains that never met.
    """
    count, steps, walkers, size = chains.shape
    half = steps // 2
    parts = np.concatenate([chains[:, :half], chains[:, half:2 * half]])
    parts = parts.reshape(2 * count, half * walkers, size)
    within = parts.var(axis=1, ddof=1).mean(axis=0)
    between = parts.mean(axis=1).var(axis=0, ddof=1)
    if np.any(within == 0.0):
        return 1e6            # chains that never moved do not agree
    return float(np.sqrt(1.0 - 1.0 / (half * walkers) + between / within).max())


def effective_size(chains):
    """The smallest number of independent points that the chains are worth, over the parameters.

    From the autocorrelation of single walkers, averaged over all, summed over pairs of lags as long
    as the sum of a pair is positive (Geyer 1992, Statistical Science 7, 473).
    """
    count, steps, walkers, size = chains.shape
    worst = float("inf")
    for k in range(size):
        centred = chains[..., k] - chains[..., k].mean()
        padded = np.fft.rfft(centred, 2 * steps, axis=1)
        correlation = np.fft.irfft(np.abs(padded) ** 2, axis=1)[:, :steps].mean(axis=(0, 2))
        correlation /= correlation[0]
        pairs = correlation[:steps // 2 * 2].reshape(-1, 2).sum(axis=1)
        end = int(np.argmax(pairs <= 0.0)) if np.any(pairs <= 0.0) else len(pairs)
        time = max(2.0 * pairs[:end].sum() - 1.0, 1.0)
        worst = min(worst, count * steps * walkers / time)
    return float(worst)


def write_json(path, value):
    with open(path, "w") as stream:
        json.dump(value, stream, indent=2, sort_keys=True)
        stream.write("\n")


def read_json(path):
    with open(path) as stream:
        return json.load(stream)
