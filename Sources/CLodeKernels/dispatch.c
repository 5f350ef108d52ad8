#include "CLodeKernels.h"
#include "tables.h"

static int runs(lode_isa isa) {
    switch (isa) {
    case LODE_ISA_SCALAR:
        return 1;
#if defined(__x86_64__)
    case LODE_ISA_AVX2:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case LODE_ISA_AVX512:
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
    default:
        return 0;
    }
}

lode_isa lode_best_isa(void) {
    if (runs(LODE_ISA_AVX512)) return LODE_ISA_AVX512;
    if (runs(LODE_ISA_AVX2)) return LODE_ISA_AVX2;
    return LODE_ISA_SCALAR;
}

const lode_kernels *lode_f32_kernels(lode_isa isa) {
    if (!runs(isa)) return NULL;
    switch (isa) {
#if defined(__x86_64__)
    case LODE_ISA_AVX2:
        return &lode_f32_table_avx2;
    case LODE_ISA_AVX512:
        return &lode_f32_table_avx512;
#endif
    default:
        return &lode_f32_table_scalar;
    }
}

const lode_kernels *lode_f64_kernels(lode_isa isa) {
    if (!runs(isa)) return NULL;
    switch (isa) {
#if defined(__x86_64__)
    case LODE_ISA_AVX2:
        return &lode_f64_table_avx2;
    case LODE_ISA_AVX512:
        return &lode_f64_table_avx512;
#endif
    default:
        return &lode_f64_table_scalar;
    }
}

const lode_kernels *lode_f32_half_kernels(lode_isa isa) {
    if (!runs(isa)) return NULL;
#if defined(__x86_64__)
    if (isa != LODE_ISA_SCALAR) return &lode_f32_table_avx2_half;
#endif
    return &lode_f32_table_scalar_half;
}

const lode_kernels *lode_f64_half_kernels(lode_isa isa) {
    if (!runs(isa)) return NULL;
#if defined(__x86_64__)
    if (isa != LODE_ISA_SCALAR) return &lode_f64_table_avx2_half;
#endif
    return &lode_f64_table_scalar_half;
}
