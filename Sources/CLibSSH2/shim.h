// libssh2 as Swift sees it. Only what Swift cannot import belongs here.
#pragma once
#include <libssh2.h>
#include <malloc.h>

typedef ssize_t (*libssh2_receive_function)(libssh2_socket_t, void *, size_t, int, void **);
typedef ssize_t (*libssh2_send_function)(libssh2_socket_t, const void *, size_t, int, void **);
typedef void (*libssh2_disconnect_function)(LIBSSH2_SESSION *, int, const char *, int, const char *, int, void **);

// libssh2_session_callback_set() takes a data pointer for a function and is deprecated since 1.11.1.
static inline void libssh2_set_callbacks(LIBSSH2_SESSION *session, libssh2_receive_function receive,
                                         libssh2_send_function send, libssh2_disconnect_function disconnect) {
#if LIBSSH2_VERSION_NUM >= 0x010b01
    libssh2_session_callback_set2(session, LIBSSH2_CALLBACK_RECV, (libssh2_cb_generic *)receive);
    libssh2_session_callback_set2(session, LIBSSH2_CALLBACK_SEND, (libssh2_cb_generic *)send);
    libssh2_session_callback_set2(session, LIBSSH2_CALLBACK_DISCONNECT, (libssh2_cb_generic *)disconnect);
#else
    libssh2_session_callback_set(session, LIBSSH2_CALLBACK_RECV, (void *)receive);
    libssh2_session_callback_set(session, LIBSSH2_CALLBACK_SEND, (void *)send);
    libssh2_session_callback_set(session, LIBSSH2_CALLBACK_DISCONNECT, (void *)disconnect);
#endif
}

// Not in any release yet (libssh2#2516): weak, so that a newer library is asked when it is the one loaded.
extern int libssh2_channel_has_exit_status(LIBSSH2_CHANNEL *channel) __attribute__((weak));

// 1 a status came, 0 none came, -1 the loaded library cannot tell.
static inline int libssh2_exit_status_came(LIBSSH2_CHANNEL *channel) {
    return libssh2_channel_has_exit_status ? libssh2_channel_has_exit_status(channel) : -1;
}

#if LIBSSH2_VERSION_NUM < 0x010b00
extern int libssh2_userauth_banner(LIBSSH2_SESSION *session, char **banner) __attribute__((weak));
#else
#pragma weak libssh2_userauth_banner
#endif

// The session's own memory, or null where none came or the loaded library cannot tell (before 1.11).
static inline const char *libssh2_banner_of_userauth(LIBSSH2_SESSION *session) {
    char *text = 0;
    if (!libssh2_userauth_banner || libssh2_userauth_banner(session, &text) != 0) return 0;
    return text;
}
