#define ISA scalar
#include "scalar_set.h"
