// Half blocks. Machines with AVX-512 take them by 256-bit vectors too: eight floats would leave half of a longer vector
// empty, and two short operations a cycle do as much as one long one.

#include "CLodeKernels.h"

#undef LODE_LANES
#define LODE_LANES LODE_HALF_LANES

#define ISA scalar_half
#include "scalar_set.h"
#undef ISA

#define ISA avx2_half
#include "avx2_set.h"
