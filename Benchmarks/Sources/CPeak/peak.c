#include "CPeak.h"

#define CHAINS 16

#define PEAK(name, bytes, attribute)                                                     \
    typedef float name##_vector __attribute__((vector_size(bytes)));                     \
    attribute static double name(size_t rounds) {                                        \
        name##_vector sums[CHAINS];                                                      \
        name##_vector factor = (name##_vector){} + 0.999f, term = (name##_vector){} + 1e-3f; \
        for (int i = 0; i < CHAINS; i++) sums[i] = (name##_vector){} + (float)i;         \
        for (size_t round = 0; round < rounds; round++)                                  \
            for (int i = 0; i < CHAINS; i++)                                             \
                sums[i] = __builtin_elementwise_fma(sums[i], factor, term);              \
        name##_vector total = {};                                                        \
        for (int i = 0; i < CHAINS; i++) total += sums[i];                               \
        volatile float sink = total[0];                                                  \
        (void)sink;                                                                      \
        return 2.0 * (double)rounds * CHAINS * (bytes / sizeof(float));                  \
    }

#if defined(__x86_64__)
PEAK(peak_avx512, 64, __attribute__((target("avx512f,fma"))))
PEAK(peak_avx2, 32, __attribute__((target("avx2,fma"))))
#endif
PEAK(peak_portable, 16, )

double cpeak_f32(size_t rounds) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f")) return peak_avx512(rounds);
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return peak_avx2(rounds);
#endif
    return peak_portable(rounds);
}
