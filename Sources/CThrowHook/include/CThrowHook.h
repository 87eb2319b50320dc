// The parts of recording a thrown error that Swift cannot say: a weak reference to a variable of the
// Swift runtime, a flag of the thread, and reading the frame pointers of a stack.
#pragma once

#include <stdbool.h>
#include <stddef.h>

/// Called on every throw of the process, on the throwing thread, before any `catch` runs.
/// `error` is the error's box, still owned by the thrower.
typedef void (*throw_recorder)(void *_Nonnull error);

/// Installs `recorder` for the rest of the process; later calls change nothing. An earlier handler is
/// kept and called first. Throws inside `recorder` are not recorded. Returns false where the Swift
/// runtime has no such handler.
bool throw_hook_install(throw_recorder _Nonnull recorder);

/// Returns how many frames, from the caller's on, can be reached by following frame pointers; 256 if all.
///
/// The Swift unwinder follows them without looking where they lead, and crashes if C code compiled
/// without them left something else in the register. So they are followed here first, and the unwinder
/// is sent no further than to the last one that points into this thread's stack.
size_t throw_hook_readable_frames(void);

/// Returns the full Swift name behind a mangled one, or NULL. The caller frees it with throw_hook_free.
char *_Nullable throw_hook_demangle(const char *_Nonnull mangled);

/// Here so that the Swift side needs no C library for the sake of free.
void throw_hook_free(char *_Nonnull name);
