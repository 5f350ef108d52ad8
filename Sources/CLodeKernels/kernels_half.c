// Half blocks. Machines with AVX-512 take them by 256-bit vectors too: eight floats would leave half of a longer vector
// empty, and two short operations a cycle do as much as one long one.

#include "CLodeKernels.h"

#undef LODE_LANES
#define LODE_LANES LODE_HALF_LANES

#include "tables.h"

#include <math.h>

#define ISA scalar_half

#define ELEMENT f32
#define T float
#define MATH(function) function##f
#include "scalar_template.h"
#undef ELEMENT
#undef T
#undef MATH

#define ELEMENT f64
#define T double
#define MATH(function) function
#include "scalar_template.h"
#undef ELEMENT
#undef T
#undef MATH
#undef ISA

#if defined(__x86_64__)

#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

#define ISA avx2_half
#define VECTOR_BYTES 32

#define LODE_IS_F64 0
#include "vector_template.h"
#undef LODE_IS_F64

#define LODE_IS_F64 1
#include "vector_template.h"

#pragma clang attribute pop

#endif
