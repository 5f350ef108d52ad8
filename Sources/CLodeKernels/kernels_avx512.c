// AVX-512: 512-bit vectors, 32 registers.

#if defined(__x86_64__)

#include "tables.h"

#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512vl,avx2,fma"))), apply_to = function)

#define ISA avx512
#define VECTOR_BYTES 64

#define LODE_IS_F64 0
#include "vector_template.h"
#undef LODE_IS_F64

#define LODE_IS_F64 1
#include "vector_template.h"

#pragma clang attribute pop

#endif
