"""Reference values of predictive distributions, printed as the Swift file
Tests/LodeTrainingTests/DistributionReferences.swift.

Mixtures are summed over scipy.stats' frozen distributions; quantiles by brentq (or search over whole numbers); the CRPS
by quadrature of (F(y) - 1{y >= x})^2 (or by its sum over whole numbers).
Needs: python3 with numpy, scipy. Run from the project's root:
    python3 scripts/references/distributions.py > Tests/LodeTrainingTests/DistributionReferences.swift
"""
import numpy as np
import scipy
from scipy import stats
from scipy.integrate import quad
from scipy.optimize import brentq

PROBABILITIES = [0.025, 0.1, 0.5, 0.9, 0.975]


def negative_binomial(mean, dispersion):
    size = 1 / dispersion
    return stats.nbinom(size, size / (size + mean))


CASES = [
    ("one Gaussian", ".gaussian(means: [3], deviations: [2])", [stats.norm(3, 2)], [3, 0.5, 9.25]),
    ("Gaussians of their own widths", ".gaussian(means: [-1, 0.25, 4], deviations: [0.5, 2, 0.125])",
     [stats.norm(-1, 0.5), stats.norm(0.25, 2), stats.norm(4, 0.125)], [-3, 0, 4, 5.5]),
    ("Gaussians far apart", ".gaussian(means: [-100, 50, 50.5], deviations: [0.01, 0.02, 0.01])",
     [stats.norm(-100, 0.01), stats.norm(50, 0.02), stats.norm(50.5, 0.01)], [-100, 0, 50.25]),
    ("one Student's t", ".studentT(locations: [2], scales: [3], shape: StandardStudentT(degreesOfFreedom: 5))",
     [stats.t(5, 2, 3)], [2, -4, 30]),
    ("heavy Student's t",
     ".studentT(locations: [-1, 1], scales: [0.5, 2], shape: StandardStudentT(degreesOfFreedom: 2.5))",
     [stats.t(2.5, -1, 0.5), stats.t(2.5, 1, 2)], [-1, 0, 12]),
    ("one Poisson", ".poisson(rates: [3.5])", [stats.poisson(3.5)], [0, 3, 11]),
    ("rates from none to many", ".poisson(rates: [0, 0.25, 40])",
     [stats.poisson(0), stats.poisson(0.25), stats.poisson(40)], [0, 1, 38]),
    ("a large rate", ".poisson(rates: [250000])", [stats.poisson(250000)], [249000, 250000]),
    ("one negative binomial", ".negativeBinomial(means: [6], dispersions: [0.5])", [negative_binomial(6, 0.5)], [0, 5, 30]),
    ("negative binomials", ".negativeBinomial(means: [0.5, 20, 300], dispersions: [2, 0.1, 0.01])",
     [negative_binomial(0.5, 2), negative_binomial(20, 0.1), negative_binomial(300, 0.01)], [0, 17, 290]),
    ("Bernoulli", ".bernoulli(probabilities: [0.25, 0.5, 0.0625])",
     [stats.bernoulli(0.25), stats.bernoulli(0.5), stats.bernoulli(0.0625)], [0, 1]),
]


def is_discrete(parts):
    return hasattr(parts[0].dist, "pmf")


def cdf(parts, x):
    return np.mean([p.cdf(x) for p in parts])


def quantile(parts, probability):
    low = min(p.ppf(probability) for p in parts)
    high = max(p.ppf(probability) for p in parts)
    if is_discrete(parts):
        return next(k for k in range(int(low), int(high) + 1) if cdf(parts, k) >= probability)
    if high - low < 1e-12:
        return low
    return brentq(lambda x: cdf(parts, x) - probability, low, high, xtol=1e-13, rtol=1e-14)


def score(parts, x):
    if is_discrete(parts):
        low = min(0 if p.mean() < 1e4 else int(p.ppf(1e-14)) for p in parts)
        high = max(max(int(p.ppf(1 - 1e-14)) for p in parts), x) + 1
        k = np.arange(low, high)
        f = np.mean([p.cdf(k) for p in parts], axis=0)
        return float(np.sum((f - (k >= x)) ** 2))
    cuts = sorted({x} | {p.ppf(q) for p in parts for q in (1e-9, 1e-4, 0.01, 0.5, 0.99, 1 - 1e-4, 1 - 1e-9)})
    ends = [-np.inf] + cuts + [np.inf]
    total = 0.0
    for a, b in zip(ends, ends[1:]):
        below = b <= x
        f = (lambda y: cdf(parts, y) ** 2) if below else (lambda y: np.mean([p.sf(y) for p in parts]) ** 2)
        total += quad(f, a, b, epsabs=1e-12, epsrel=1e-11, limit=400)[0]
    return total


def log_density(parts, x):
    logs = [p.logpmf(x) if is_discrete(parts) else p.logpdf(x) for p in parts]
    return float(np.logaddexp.reduce(logs) - np.log(len(parts)))


def main():
    print("// Written by scripts/references/distributions.py with SciPy %s; do not edit." % scipy.__version__)
    print("import LodeTraining\n")
    print("struct DistributionReference: Sendable {")
    for field in ["name: String", "distribution: PredictiveDistribution", "mean: Double", "standardDeviation: Double",
                  "quantiles: [Double]", "values: [Value]"]:
        print("    var " + field)
    print("\n    struct Value: Sendable {\n        var value: Double\n        var cumulative: Double")
    print("        var logDensity: Double\n        var score: Double\n    }\n")
    print("    static let probabilities = %s\n" % PROBABILITIES)
    print("    static let all: [DistributionReference] = [")
    for name, swift, parts, values in CASES:
        means = np.array([p.mean() for p in parts])
        deviation = np.sqrt(means.var() + np.mean([p.var() for p in parts]))
        print("        DistributionReference(")
        print('            name: "%s",' % name)
        print("            distribution: %s," % swift)
        print("            mean: %r, standardDeviation: %r," % (float(means.mean()), float(deviation)))
        print("            quantiles: [\n                %s,\n            ]," % ",\n                ".join(
            repr(float(quantile(parts, p))) for p in PROBABILITIES))
        print("            values: [")
        for x in values:
            print("                Value(\n                    value: %r, cumulative: %r,\n                    logDensity: %r, score: %r)," % (
                float(x), float(cdf(parts, x)), log_density(parts, x), float(score(parts, x))))
        print("            ]),")
    print("    ]\n}")


main()
