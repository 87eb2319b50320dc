#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE  // pthread_getattr_np
#endif

#include "CThrowHook.h"

#include <stdlib.h>

#if defined(__linux__)

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

typedef void (*throw_handler)(void *error);
typedef void (*typed_throw_handler)(void *value, const void *type, const void *conformance);
typedef struct {
    void *box;
    void *value;
} boxed_error;

// Public variables of libswiftCore: what a throw, and a typed throw, call. A typed throw calls the first
// with a box of its own while the second is empty. Weak, so that a runtime without them links.
extern _Atomic(throw_handler) _swift_willThrow __attribute__((weak));
extern _Atomic(typed_throw_handler) _swift_willThrowTypedImpl __attribute__((weak));

extern boxed_error swift_allocError(
    const void *type, const void *conformance, void *value, bool is_take
) __attribute__((weak, swiftcall));
extern void swift_errorRelease(void *box) __attribute__((weak));

extern char *swift_demangle(
    const char *mangled, size_t length, char *buffer, size_t *buffer_size, uint32_t flags
) __attribute__((weak));

enum { most_frames = 256 };

static _Atomic(throw_handler) previous_handler;
static _Atomic(typed_throw_handler) previous_typed_handler;
static _Atomic(throw_recorder) current_recorder;

// The unwinder itself throws, and so may a deinit that runs while an old error is released.
static _Thread_local bool recording;

// The end of this thread's stack, asked for once: for the main thread the answer reads /proc.
static _Thread_local uintptr_t stack_end;

static uintptr_t end_of_stack(void) {
    if (stack_end != 0) return stack_end;
    pthread_attr_t attributes;
    void *start = NULL;
    size_t size = 0;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0) return 0;
    if (pthread_attr_getstack(&attributes, &start, &size) == 0) stack_end = (uintptr_t)start + size;
    pthread_attr_destroy(&attributes);
    return stack_end;
}

__attribute__((noinline)) size_t throw_hook_readable_frames(void) {
    const uintptr_t end = end_of_stack();
    const uintptr_t *frame = __builtin_frame_address(0);
    for (size_t count = 0; count < most_frames; count += 1) {
        const uintptr_t next = frame[0];
        if (next <= (uintptr_t)frame || next % sizeof(void *) != 0) return most_frames;  // a proper end
        if (end < next + 2 * sizeof(void *) || next > UINTPTR_MAX - 2 * sizeof(void *)) return count;
        frame = (const uintptr_t *)next;
    }
    return most_frames;
}

static void throw_hook_record(void *error) {
    if (recording || error == NULL) return;
    recording = true;
    const throw_recorder recorder = atomic_load_explicit(&current_recorder, memory_order_acquire);
    recorder(error);
    recording = false;
}

static void throw_hook_on_throw(void *error) {
    const throw_handler previous = atomic_load_explicit(&previous_handler, memory_order_acquire);
    if (previous != NULL) previous(error);
    throw_hook_record(error);
}

// With nobody before us this does what the runtime would have done without us: it hands a box to the
// handlers of plain throws, ours among them.
static void throw_hook_on_typed_throw(void *value, const void *type, const void *conformance) {
    const typed_throw_handler previous =
        atomic_load_explicit(&previous_typed_handler, memory_order_acquire);
    if (previous != NULL) previous(value, type, conformance);
    void *box = swift_allocError(type, conformance, value, false).box;
    if (previous != NULL) {
        throw_hook_record(box);
    } else {
        atomic_load_explicit(&_swift_willThrow, memory_order_acquire)(box);
    }
    swift_errorRelease(box);
}

// The previous handler is in its place before ours can be called.
static void install_typed(void) {
    if (&_swift_willThrowTypedImpl == NULL || &swift_allocError == NULL) return;
    typed_throw_handler previous = atomic_load(&_swift_willThrowTypedImpl);
    do {
        atomic_store(&previous_typed_handler, previous);
    } while (!atomic_compare_exchange_weak(
        &_swift_willThrowTypedImpl, &previous, throw_hook_on_typed_throw
    ));
}

bool throw_hook_install(throw_recorder recorder) {
    if (&_swift_willThrow == NULL) return false;
    throw_recorder none = NULL;
    if (!atomic_compare_exchange_strong(&current_recorder, &none, recorder)) return true;
    throw_handler previous = atomic_load(&_swift_willThrow);
    do {
        atomic_store(&previous_handler, previous);
    } while (!atomic_compare_exchange_weak(&_swift_willThrow, &previous, throw_hook_on_throw));
    install_typed();
    return true;
}

char *throw_hook_demangle(const char *mangled) {
    return &swift_demangle == NULL ? NULL : swift_demangle(mangled, strlen(mangled), NULL, NULL, 0);
}

#else

// Elsewhere there is no unwinder to go with the handler either.
bool throw_hook_install(throw_recorder recorder) {
    (void)recorder;
    return false;
}

size_t throw_hook_readable_frames(void) {
    return 0;
}

char *throw_hook_demangle(const char *mangled) {
    (void)mangled;
    return NULL;
}

#endif

void throw_hook_free(char *name) {
    free(name);
}
