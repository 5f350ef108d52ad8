// The definition of every kernel for both element types, where ISA is the name of the set: plain loops and the C library's
// functions, no vectors, no fused operations.

#include "tables.h"

#include <math.h>

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
