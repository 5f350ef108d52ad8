// All vector kernels of one element type and instruction set, and their table.

#if LODE_IS_F64
#define ELEMENT f64
#define T double
#define I int64_t
#define MATH(function) function
#else
#define ELEMENT f32
#define T float
#define I int32_t
#define MATH(function) function##f
#endif

#include "vector_math.h"
#include "vector_elementwise.h"
#include "vector_mixtures.h"
#include "vector_dense.h"
#include "vector_sequences.h"
#include "vector_convolution.h"
#include "vector_steps.h"
#include "step_control.h"

const lode_kernels LODE_PASTE_EXPANDED(ELEMENT, table, ISA) = LODE_TABLE;

#undef ELEMENT
#undef T
#undef I
#undef MATH
#undef WIDTH
#undef V
#undef VI
#undef INLINE
#undef MANTISSA_BITS
#undef EXPONENT_BIAS
#undef ROUND_MAGIC
#undef LN2_HIGH
#undef LN2_LOW
#undef EXP_LOW
#undef EXP_HIGH
#undef TANH_LIMIT
#undef SMALLEST_NORMAL
#undef TERMS
#undef ERFCX_END
#undef MAP
#undef BLOCK_VECTORS
#undef TILE_ROWS
#undef OUTER_VECTORS
#undef OUTER_ROWS
#undef WIDTH_IS_16
#undef PAIR_ROWS
#undef PAIR_COLUMNS
#undef PAIR_SUMS
#undef WEIGHT_ROWS
#undef WEIGHT_COLUMNS
#undef LOW_PAIRS
#undef HIGH_PAIRS
#undef MOST_TERMS
#undef MOST_POWERS
#undef THETAS
#undef SMALLEST_SQUARED_ERROR
