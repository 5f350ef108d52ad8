#include "CLodeKernels.h"
