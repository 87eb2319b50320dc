// What Swift sees of libpq, and the little that its Glibc module hides.

#ifndef CLIBPQ_SHIM_H
#define CLIBPQ_SHIM_H

#include <libpq-fe.h>
#include <pthread.h>

#if defined(__linux__)
// A GNU extension, so the Glibc module leaves it out.
extern int pthread_setname_np(pthread_t thread, const char *name);
#endif

/// Names the calling thread, as `top -H` and debuggers show it. Linux keeps 15 bytes.
static inline void clibpq_name_this_thread(const char *name) {
#if defined(__linux__)
    pthread_setname_np(pthread_self(), name);
#elif defined(__APPLE__)
    pthread_setname_np(name);
#endif
}

/// Starts a thread that nobody joins; returns 0, or pthread_create's error.
static inline int clibpq_start_thread(void *(*body)(void *), void *argument) {
    pthread_t thread;
    int code = pthread_create(&thread, NULL, body, argument);
    if (code == 0) pthread_detach(thread);
    return code;
}

// Swift does not import macros that are character literals.
enum {
    CLIBPQ_SEVERITY = PG_DIAG_SEVERITY_NONLOCALIZED,
    CLIBPQ_SQLSTATE = PG_DIAG_SQLSTATE,
    CLIBPQ_MESSAGE = PG_DIAG_MESSAGE_PRIMARY,
    CLIBPQ_DETAIL = PG_DIAG_MESSAGE_DETAIL,
    CLIBPQ_HINT = PG_DIAG_MESSAGE_HINT,
    CLIBPQ_POSITION = PG_DIAG_STATEMENT_POSITION,
    CLIBPQ_CONTEXT = PG_DIAG_CONTEXT,
    CLIBPQ_SCHEMA = PG_DIAG_SCHEMA_NAME,
    CLIBPQ_TABLE = PG_DIAG_TABLE_NAME,
    CLIBPQ_COLUMN = PG_DIAG_COLUMN_NAME,
    CLIBPQ_CONSTRAINT = PG_DIAG_CONSTRAINT_NAME,
    CLIBPQ_FUNCTION = PG_DIAG_SOURCE_FUNCTION,
};

#endif
