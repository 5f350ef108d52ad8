#define ISA avx2
#include "avx2_set.h"
