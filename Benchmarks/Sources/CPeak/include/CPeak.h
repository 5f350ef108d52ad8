// What the machine can do at most: independent fused multiply-adds on registers, no memory.

#ifndef CPEAK_H
#define CPEAK_H

#include <stddef.h>

/// Runs rounds of float fused multiply-adds with the widest vectors of the machine; returns how many floating-point
/// operations that was (two a multiply-add and lane).
double cpeak_f32(size_t rounds);

#endif
