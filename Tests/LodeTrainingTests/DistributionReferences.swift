// Written by scripts/references/distributions.py with SciPy 1.17.1; do not edit.
import LodeTraining

struct DistributionReference: Sendable {
    var name: String
    var distribution: PredictiveDistribution
    var mean: Double
    var standardDeviation: Double
    var quantiles: [Double]
    var values: [Value]

    struct Value: Sendable {
        var value: Double
        var cumulative: Double
        var logDensity: Double
        var score: Double
    }

    static let probabilities = [0.025, 0.1, 0.5, 0.9, 0.975]

    static let all: [DistributionReference] = [
        DistributionReference(
            name: "one Gaussian",
            distribution: .gaussian(means: [3], deviations: [2]),
            mean: 3.0, standardDeviation: 2.0,
            quantiles: [
                -0.919927969080109,
                0.43689686891079926,
                3.0,
                5.563103131089201,
                6.919927969080108,
            ],
            values: [
                Value(
                    value: 3.0, cumulative: 0.5,
                    logDensity: -1.612085713764618, score: 0.46738995451021814),
                Value(
                    value: 0.5, cumulative: 0.10564977366685535,
                    logDensity: -2.393335713764618, score: 1.5739683061262986),
                Value(
                    value: 9.25, cumulative: 0.9991109747008916,
                    logDensity: -6.494898213764618, score: 5.122597048806428),
            ]),
        DistributionReference(
            name: "Gaussians of their own widths",
            distribution: .gaussian(means: [-1, 0.25, 4], deviations: [0.5, 2, 0.125]),
            mean: 1.0833333333333333, standardDeviation: 2.436342317673953,
            quantiles: [
                -2.636595629896999,
                -1.585827142447532,
                0.2767353094278304,
                4.075801864924228,
                4.20441509423278,
            ],
            values: [
                Value(
                    value: -3.0, cumulative: 0.017370983552350883,
                    logDensity: -4.025998402160561, score: 2.755096881877259),
                Value(
                    value: 0.0, cumulative: 0.475837214407236,
                    logDensity: -2.283106778089449, score: 0.8481231022869393),
                Value(
                    value: 4.0, cumulative: 0.8232012127449129,
                    logDensity: 0.07260942023361006, score: 1.6081889014058666),
                Value(
                    value: 5.5, cumulative: 0.9985558505456624,
                    logDensity: -6.156010502432728, score: 3.061021587541876),
            ]),
        DistributionReference(
            name: "Gaussians far apart",
            distribution: .gaussian(means: [-100, 50, 50.5], deviations: [0.01, 0.02, 0.01]),
            mean: 0.16666666666666666, standardDeviation: 70.82882479769252,
            quantiles: [
                -100.0143953147094,
                -100.00524400512718,
                50.0,
                50.505244005126954,
                50.51439531470952,
            ],
            values: [
                Value(
                    value: -100.0, cumulative: 0.16666666666666666,
                    logDensity: 2.5876193641153087, score: 66.7223743281654),
                Value(
                    value: 0.0, cumulative: 0.3333333333333333,
                    logDensity: -3124998.1055278163, score: 33.38638137963044),
                Value(
                    value: 50.25, cumulative: 0.6666666666666666,
                    logDensity: -76.23052781644463, score: 16.803048046294986),
            ]),
        DistributionReference(
            name: "one Student's t",
            distribution: .studentT(locations: [2], scales: [3], shape: StandardStudentT(degreesOfFreedom: 5)),
            mean: 2.0, standardDeviation: 3.872983346207417,
            quantiles: [
                -5.7117455069089464,
                -2.427652146473444,
                2.0,
                6.427652146473445,
                9.711745506908944,
            ],
            values: [
                Value(
                    value: 2.0, cumulative: 0.5,
                    logDensity: -2.067231877722834, score: 0.7710760887019417),
                Value(
                    value: -4.0, cumulative: 0.050969739414929174,
                    logDensity: -3.830591872429191, score: 4.1911082314580055),
                Value(
                    value: 30.0, cumulative: 0.9998811212496044,
                    logDensity: -10.807904873817758, score: 25.92575772225784),
            ]),
        DistributionReference(
            name: "heavy Student's t",
            distribution: .studentT(
                locations: [-1, 1], scales: [0.5, 2], shape: StandardStudentT(degreesOfFreedom: 2.5)),
            mean: 0.0, standardDeviation: 3.409545424246464,
            quantiles: [
                -4.430443398763427,
                -2.0135737709112855,
                -0.6000000000000002,
                3.0578819560550654,
                6.164992547515572,
            ],
            values: [
                Value(
                    value: -1.0, cumulative: 0.3510152568195684,
                    logDensity: -0.8867132060280563, score: 0.4692531845565553),
                Value(
                    value: 0.0, cumulative: 0.6250766060279372,
                    logDensity: -1.9343377141347236, score: 0.4972967291179871),
                Value(
                    value: 12.0, cumulative: 0.9952038103879689,
                    logDensity: -6.8853180880946345, score: 10.708483823150312),
            ]),
        DistributionReference(
            name: "one Poisson",
            distribution: .poisson(rates: [3.5]),
            mean: 3.5, standardDeviation: 1.8708286933869707,
            quantiles: [
                0.0,
                1.0,
                3.0,
                6.0,
                8.0,
            ],
            values: [
                Value(
                    value: 0.0, cumulative: 0.0301973834223185,
                    logDensity: -3.5, score: 2.46390557216132),
                Value(
                    value: 3.0, cumulative: 0.536632667900785,
                    logDensity: -1.5334705637419508, score: 0.4377711875310921),
                Value(
                    value: 11.0, cumulative: 0.9997110077800697,
                    logDensity: -7.221915192424838, score: 6.464683504386172),
            ]),
        DistributionReference(
            name: "rates from none to many",
            distribution: .poisson(rates: [0, 0.25, 40]),
            mean: 13.416666666666666, standardDeviation: 19.151080619351195,
            quantiles: [
                0.0,
                0.0,
                0.0,
                43.0,
                49.0,
            ],
            values: [
                Value(
                    value: 0.0, cumulative: 0.592933594357135,
                    logDensity: -0.5226728687892662, score: 4.10966403421962),
                Value(
                    value: 1.0, cumulative: 0.6578336596130855,
                    logDensity: -2.7349066497879995, score: 4.2955312229338904),
                Value(
                    value: 38.0, cumulative: 0.8053413665051176,
                    logDensity: -3.889391646852334, score: 17.691588259879214),
            ]),
        DistributionReference(
            name: "a large rate",
            distribution: .poisson(rates: [250000]),
            mean: 250000.0, standardDeviation: 500.0,
            quantiles: [
                249020.0,
                249359.0,
                250000.0,
                250641.0,
                250980.0,
            ],
            values: [
                Value(
                    value: 249000.0, cumulative: 0.022750095874072715,
                    logDensity: -9.134214969351888, score: 726.3599814201935),
                Value(
                    value: 250000.0, cumulative: 0.5005319227686635,
                    logDensity: -7.133546965196729, score: 116.84742617054098),
            ]),
        DistributionReference(
            name: "one negative binomial",
            distribution: .negativeBinomial(means: [6], dispersions: [0.5]),
            mean: 6.0, standardDeviation: 4.898979485566356,
            quantiles: [
                0.0,
                1.0,
                5.0,
                13.0,
                18.0,
            ],
            values: [
                Value(
                    value: 0.0, cumulative: 0.0625,
                    logDensity: -2.772588722239781, score: 3.411078717201166),
                Value(
                    value: 5.0, cumulative: 0.5550537109375,
                    logDensity: -2.41923961527063, score: 1.038520123451166),
                Value(
                    value: 30.0, cumulative: 0.9988280550332593,
                    logDensity: -7.96906369130806, score: 21.421257896340858),
            ]),
        DistributionReference(
            name: "negative binomials",
            distribution: .negativeBinomial(means: [0.5, 20, 300], dispersions: [2, 0.1, 0.01]),
            mean: 106.83333333333333, standardDeviation: 138.34879431671564,
            quantiles: [
                0.0,
                0.0,
                19.0,
                317.0,
                351.0,
            ],
            values: [
                Value(
                    value: 0.0, cumulative: 0.23570790542478534,
                    logDensity: -1.4451619294040163, score: 37.5857713078267),
                Value(
                    value: 17.0, cumulative: 0.4702599674633596,
                    logDensity: -4.022827537945805, score: 32.697630223797425),
                Value(
                    value: 290.0, cumulative: 0.8013287024898467,
                    logDensity: -5.5763816994527415, score: 126.75233340789339),
            ]),
        DistributionReference(
            name: "Bernoulli",
            distribution: .bernoulli(probabilities: [0.25, 0.5, 0.0625]),
            mean: 0.2708333333333333, standardDeviation: 0.4443901876604488,
            quantiles: [
                0.0,
                0.0,
                0.0,
                1.0,
                1.0,
            ],
            values: [
                Value(
                    value: 0.0, cumulative: 0.7291666666666666,
                    logDensity: -0.3158529494184773, score: 0.07335069444444446),
                Value(
                    value: 1.0, cumulative: 1.0,
                    logDensity: -1.3062516534463542, score: 0.5316840277777777),
            ]),
    ]
}
