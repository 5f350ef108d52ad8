// Vector types and elementary functions, included once for each element type and instruction set.
//
// Before including, define T (element), I (integer of T's size), VECTOR_BYTES, ELEMENT and ISA.
// exp, expm1: argument reduction by ln 2 and a minimax polynomial in [-ln2/2, ln2/2]. log: log(m) =
// 2 atanh((m - 1)/(m + 1)) with m in [sqrt(1/2), sqrt(2)). Coefficients are Chebyshev fits made with mpmath at 40
// digits. Largest errors measured by the tests, in ULP of T: exp 1, log 1.5, tanh 2.5, sigmoid 2.5, softplus 2.5.

#define WIDTH (VECTOR_BYTES / sizeof(T))
#define V NAME(vector)
#define VI NAME(ivector)

typedef T V __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(T)), may_alias));
typedef I VI __attribute__((vector_size(VECTOR_BYTES)));

#define INLINE static inline __attribute__((always_inline))

INLINE V NAME(splat)(T x) { return x - (V){}; }
INLINE V NAME(load)(const T *p) { return *(const V *)p; }
INLINE void NAME(store)(T *p, V x) { *(V *)p = x; }

// load_tail: the first n < WIDTH elements, the others 0. Masked instructions touch nothing beyond the n-th element.
#if VECTOR_BYTES == 64 && LODE_IS_F64
INLINE V NAME(load_tail)(const T *p, size_t n) { return (V)_mm512_maskz_loadu_pd((__mmask8)((1u << n) - 1), p); }
INLINE void NAME(store_tail)(T *p, V x, size_t n) { _mm512_mask_storeu_pd(p, (__mmask8)((1u << n) - 1), (__m512d)x); }
#elif VECTOR_BYTES == 64
INLINE V NAME(load_tail)(const T *p, size_t n) { return (V)_mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), p); }
INLINE void NAME(store_tail)(T *p, V x, size_t n) { _mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1), (__m512)x); }
#elif LODE_IS_F64
INLINE __m256i NAME(tail_mask)(size_t n) { return (__m256i)((VI){0, 1, 2, 3} < (I)n); }
INLINE V NAME(load_tail)(const T *p, size_t n) { return (V)_mm256_maskload_pd(p, NAME(tail_mask)(n)); }
INLINE void NAME(store_tail)(T *p, V x, size_t n) { _mm256_maskstore_pd(p, NAME(tail_mask)(n), (__m256d)x); }
#else
INLINE __m256i NAME(tail_mask)(size_t n) { return (__m256i)((VI){0, 1, 2, 3, 4, 5, 6, 7} < (I)n); }
INLINE V NAME(load_tail)(const T *p, size_t n) { return (V)_mm256_maskload_ps(p, NAME(tail_mask)(n)); }
INLINE void NAME(store_tail)(T *p, V x, size_t n) { _mm256_maskstore_ps(p, NAME(tail_mask)(n), (__m256)x); }
#endif

INLINE V NAME(fma)(V a, V b, V c) { return __builtin_elementwise_fma(a, b, c); }
INLINE V NAME(abs)(V x) { return __builtin_elementwise_abs(x); }
INLINE V NAME(select)(VI mask, V a, V b) { return (V)(((VI)a & mask) | ((VI)b & ~mask)); }

#if LODE_IS_F64
#define MANTISSA_BITS 52
#define EXPONENT_BIAS 1023
#define ROUND_MAGIC 0x1.8p52
#define LN2_HIGH 0x1.62e42fefa38p-1
#define LN2_LOW 0x1.ef35793c7673p-45
#define EXP_LOW (-746)
#define EXP_HIGH 710
#define TANH_LIMIT 20
#define SMALLEST_NORMAL 0x1p-1022
static const T NAME(expm1_terms)[] = {0.99999999999999999976,     0.49999999999999999998,     0.1666666666666668082,
                                      0.041666666666666676774,    0.0083333333333195896163,   0.0013888888888879073994,
                                      0.00019841269890076402829,  0.000024801587336442237861, 2.7557240887229868596e-6,
                                      2.7557263279088496905e-7,   2.5110049204818659793e-8,   2.0918137737642736429e-9};
static const T NAME(log_terms)[] = {2.0,
                                    0.66666666666666666736,
                                    0.39999999999999922351,
                                    0.28571428571462276914,
                                    0.22222222214798123009,
                                    0.18181819120080251071,
                                    0.15384543310550829688,
                                    0.13336750828585274799,
                                    0.11667290459977336368,
                                    0.12043828168187243924};
#else
#define MANTISSA_BITS 23
#define EXPONENT_BIAS 127
#define ROUND_MAGIC 0x1.8p23f
#define LN2_HIGH 0x1.62e4p-1f
#define LN2_LOW 0x1.7f7d1cp-20f
#define EXP_LOW (-105)
#define EXP_HIGH 89
#define TANH_LIMIT 10
#define SMALLEST_NORMAL 0x1p-126f
static const T NAME(expm1_terms)[] = {1.0f,
                                      0.50000000471460574196f,
                                      0.16666666719028934892f,
                                      0.041666352771112211265f,
                                      0.0083332984698005894156f,
                                      0.0013941118895837000817f,
                                      0.00019899285575896282316f};
static const T NAME(log_terms)[] = {2.0000000000083778653f, 0.66666665244988650998f, 0.40000385182450240232f,
                                    0.28535018661150470958f, 0.23616988018825040884f};
#endif
#define TERMS(array) (sizeof(array) / sizeof(array[0]))

// x = k ln2 + r with |r| <= ln2/2; returns expm1(r), and k in the low bits of *k.
INLINE V NAME(expm1_reduced)(V x, VI *k) {
    V shifted = NAME(fma)(x, NAME(splat)((T)0x1.71547652b82fep0), NAME(splat)(ROUND_MAGIC));
    V rounded = shifted - ROUND_MAGIC;
    V r = NAME(fma)(rounded, NAME(splat)(-LN2_HIGH), x);
    r = NAME(fma)(rounded, NAME(splat)(-LN2_LOW), r);
    V p = NAME(splat)(NAME(expm1_terms)[TERMS(NAME(expm1_terms)) - 1]);
#pragma clang loop unroll(full)
    for (int i = (int)TERMS(NAME(expm1_terms)) - 2; i > 0; i--)
        p = NAME(fma)(p, r, NAME(splat)(NAME(expm1_terms)[i]));
    *k = (VI)shifted - (VI)NAME(splat)(ROUND_MAGIC);
    return NAME(fma)(p * r, r, r);
}

INLINE V NAME(power_of_two)(VI k) { return (V)((k + EXPONENT_BIAS) << MANTISSA_BITS); }

INLINE V NAME(vexp)(V x) {
    x = NAME(select)(x < EXP_LOW, NAME(splat)(EXP_LOW), x);
    x = NAME(select)(x > EXP_HIGH, NAME(splat)(EXP_HIGH), x);
    VI k;
    V p = NAME(expm1_reduced)(x, &k);
    // Two factors, since 2^k alone leaves the range before the result does.
    VI half = k >> 1;
    return (p + 1) * NAME(power_of_two)(half) * NAME(power_of_two)(k - half);
}

INLINE V NAME(vtanh)(V x) {
    V a = NAME(abs)(x);
    a = NAME(select)(a > TANH_LIMIT, NAME(splat)(TANH_LIMIT), a);
    VI k;
    V p = NAME(expm1_reduced)(a + a, &k);
    V two_k = NAME(power_of_two)(k);
    V e = NAME(fma)(two_k, p, two_k - 1);  // exp(2a) - 1, accurate near 0
    V t = e / (e + 2);
    const VI sign = (VI)NAME(splat)((T)-0.0);
    return (V)((VI)t | ((VI)x & sign));
}

INLINE V NAME(vlog)(V x) {
    VI small = x < SMALLEST_NORMAL;
    V scaled = NAME(select)(small, x * (T)(2 * ((I)1 << MANTISSA_BITS)), x);
    VI bits = (VI)scaled;
    // The exponent that leaves a mantissa in [sqrt(1/2), sqrt(2)).
    VI offset = bits - (VI)NAME(splat)((T)0x1.6a09e667f3bcdp-1);
    VI k = offset >> MANTISSA_BITS;
    V m = (V)(bits - (k << MANTISSA_BITS));
    V exponent = __builtin_convertvector(k, V) - NAME(select)(small, NAME(splat)(MANTISSA_BITS + 1), NAME(splat)(0));
    V f = m - 1;
    V s = f / (m + 1), w = s * s;
    V p = NAME(splat)(NAME(log_terms)[TERMS(NAME(log_terms)) - 1]);
#pragma clang loop unroll(full)
    for (int i = (int)TERMS(NAME(log_terms)) - 2; i > 0; i--)
        p = NAME(fma)(p, w, NAME(splat)(NAME(log_terms)[i]));
    // log(m) = 2s + s w p with 2s = f - s f: exact to the last bit where f is.
    V tail = NAME(fma)(s, w * p - f, exponent * LN2_LOW);
    V result = NAME(fma)(exponent, NAME(splat)(LN2_HIGH), f + tail);
    V infinity = NAME(splat)((T)__builtin_inf());
    result = NAME(select)(x == infinity, infinity, result);
    result = NAME(select)(x == 0, -infinity, result);
    return NAME(select)((x < 0) | (x != x), NAME(splat)((T)__builtin_nan("")), result);
}

// log(1 + u) for u >= 0.
INLINE V NAME(vlog1p)(V u) {
    V w = u + 1;
    V lost = u - (w - 1);
    return NAME(vlog)(w) + NAME(select)(w < (T)0x1p100, lost / w, NAME(splat)(0));
}

INLINE V NAME(vsigmoid)(V x) { return 1 / (1 + NAME(vexp)(-x)); }

INLINE V NAME(vactivation)(V x, lode_activation activation) {
    switch (activation) {
    case LODE_IDENTITY:
        return x;
    case LODE_TANH:
        return NAME(vtanh)(x);
    case LODE_SIGMOID:
        return NAME(vsigmoid)(x);
    case LODE_SOFTPLUS:
        return NAME(select)(x < 0, NAME(splat)(0), x) + NAME(vlog1p)(NAME(vexp)(-NAME(abs)(x)));
    case LODE_RELU:
        return NAME(select)(x < 0, NAME(splat)(0), x);
    case LODE_SILU:
        return x * NAME(vsigmoid)(x);
    }
    return x;
}

INLINE V NAME(vslope)(V pre, V out, lode_activation activation) {
    switch (activation) {
    case LODE_IDENTITY:
        return NAME(splat)(1);
    case LODE_TANH:
        return NAME(fma)(-out, out, NAME(splat)(1));
    case LODE_SIGMOID:
        return out * (1 - out);
    case LODE_SOFTPLUS:
        return 1 - NAME(vexp)(-out);
    case LODE_RELU:
        return NAME(select)(out > 0, NAME(splat)(1), NAME(splat)(0));
    case LODE_SILU: {
        V s = NAME(vsigmoid)(pre);
        return NAME(fma)(out, 1 - s, s);
    }
    }
    return NAME(splat)(1);
}
