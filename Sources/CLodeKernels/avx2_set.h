// Every kernel for both element types, where ISA is the name of the set. AVX2 and FMA: 256-bit vectors, 16 registers.

#if defined(__x86_64__)

#include "tables.h"

#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

#define VECTOR_BYTES 32

#define LODE_IS_F64 0
#include "vector_template.h"
#undef LODE_IS_F64

#define LODE_IS_F64 1
#include "vector_template.h"

#pragma clang attribute pop

#endif
