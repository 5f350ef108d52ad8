"""Reference values of Tests/LodeModelsTests/ObservationNoiseTests.swift: scipy's densities (pip: scipy numpy)."""

import numpy as np
import scipy.special
import scipy.stats as st

scale = np.sqrt(np.exp(2 * -0.5) + 0.003**2)
dispersion = np.exp(-0.5)
mean = 3 * np.exp(0.2)
print("gaussian", repr(-st.norm.logpdf(1.3, 0.4, scale)))
print("studentT", repr(-st.t.logpdf(1.3, 2 + np.exp(1.0), loc=0.4, scale=scale)))
print("poisson", repr(-st.poisson.logpmf(5, 2 * np.exp(0.3))))
print("negativeBinomial", repr(-st.nbinom.logpmf(4, 1 / dispersion, 1 / (1 + dispersion * mean))))
print("bernoulli", repr(-st.bernoulli.logpmf(1, scipy.special.expit(0.5 + 0.4))))
print("digamma", [float(scipy.special.digamma(x)) for x in (0.1, 1.0, 3.7, 50.0)])
