#pragma once

/// Allocations made by this process so far, in all threads. Linking this target replaces malloc, calloc and realloc
/// by counting ones in front of glibc's own.
unsigned long allocation_count(void);
