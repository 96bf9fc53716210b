// The least that a program can do to run one command on many hosts through libssh2: connect, key exchange, sign in,
// exec, read to the end, close. It checks no host key and does nothing with the bytes but count them. What another
// program needs beyond this is what it does beyond this.
//
//     bare-loop naive|lean HOSTS PORT USER KEY IN-FLIGHT COMMAND
//
// naive hands libssh2 the text of the key for each session, which is how most programs do it, and libssh2 decodes it
// anew each time. lean decodes the key once and signs in libssh2's callback. One thread, epoll, level-triggered.
// KEY is an unencrypted Ed25519 key in OpenSSH's form.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <libssh2.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum phase { CONNECT, BANNER, HANDSHAKE, SIGN_IN, OPEN, EXEC, READ, CLOSE };

struct host {
    struct sockaddr_in address;
    int socket;
    enum phase phase;
    uint32_t interest;
    double deadline;
    LIBSSH2_SESSION *session;
    LIBSSH2_CHANNEL *channel;
    bool is_in_flight;
};

static bool is_lean;
static const char *user, *command;
static char key_text[16384];
static size_t key_length;
static EVP_PKEY *key;
static unsigned char public_blob[51];
static int epoll_descriptor;
static size_t whole, failed;
static unsigned long long bytes;
// One for all, as a phase's limit; kubesweep's hosts have several.
static const double host_seconds = 60, connect_seconds = 5;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void die(const char *what) {
    fprintf(stderr, "bare-loop: %s\n", what);
    exit(1);
}

static void put_string(unsigned char **to, const void *from, uint32_t length) {
    uint32_t big = htonl(length);
    memcpy(*to, &big, 4);
    memcpy(*to + 4, from, length);
    *to += 4 + length;
}

// Takes the 32-byte seed out of OpenSSH's container: the last of the private part is
// string "ssh-ed25519", string public (32), string private (64: seed, public), string comment, padding.
static void decode_key(void) {
    static unsigned char decoded[16384];
    const char *start = strstr(key_text, "KEY-----\n"), *end = strstr(key_text, "\n-----END");
    if (!start || !end) die("the key is not in OpenSSH's form");
    start += 9;
    char packed[16384];
    size_t length = 0;
    for (const char *at = start; at < end; at++) {
        if (*at != '\n') packed[length++] = *at;
    }
    int size = EVP_DecodeBlock(decoded, (unsigned char *)packed, (int)length);
    static const unsigned char mark[] = "\0\0\0\x0bssh-ed25519\0\0\0 ";
    unsigned char *first = size > 0 ? memmem(decoded, (size_t)size, mark, 19) : NULL;
    unsigned char *second =
        first ? memmem(first + 19, (size_t)(decoded + size - first - 19), mark, 19) : NULL;
    if (!second || second + 19 + 32 + 4 + 32 > decoded + size) die("the key is not an unencrypted Ed25519 key");
    key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, second + 19 + 32 + 4, 32);
    if (!key) die("the key does not decode");
    unsigned char *to = public_blob;
    put_string(&to, "ssh-ed25519", 11);
    put_string(&to, second + 19, 32);
}

static int sign(
    LIBSSH2_SESSION *session, unsigned char **signature, size_t *length, const unsigned char *data, size_t size,
    void **abstract) {
    (void)session;
    (void)abstract;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    *length = 64;
    *signature = malloc(64);
    int ok = context && *signature && EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1 &&
             EVP_DigestSign(context, *signature, length, data, size) == 1;
    EVP_MD_CTX_free(context);
    return ok ? 0 : -1;
}

static void watch(struct host *host, uint32_t interest) {
    if (host->interest == interest) return;
    struct epoll_event event = {.events = interest, .data.ptr = host};
    epoll_ctl(epoll_descriptor, host->interest ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, host->socket, &event);
    host->interest = interest;
}

static void begin(struct host *host) {
    host->socket = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (host->socket < 0) die("no descriptor left for a socket");
    int on = 1;
    setsockopt(host->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    host->is_in_flight = true;
    host->phase = CONNECT;
    host->deadline = now() + connect_seconds;
    connect(host->socket, (struct sockaddr *)&host->address, sizeof host->address);
    watch(host, EPOLLOUT);
}

static void end(struct host *host, bool is_whole) {
    shutdown(host->socket, SHUT_RDWR);
    if (host->session) libssh2_session_free(host->session);
    close(host->socket);
    host->is_in_flight = false;
    if (is_whole) whole++;
    else failed++;
}

// Whether the host is done, one way or the other.
static bool step(struct host *host) {
    static char buffer[65536];
    int status = 0;
    for (;;) {
        switch (host->phase) {
        case CONNECT: {
            int error = 0;
            socklen_t size = sizeof error;
            getsockopt(host->socket, SOL_SOCKET, SO_ERROR, &error, &size);
            if (error) return end(host, false), true;
            host->phase = BANNER;
            host->deadline = now() + host_seconds;
            watch(host, EPOLLIN);
            return false;
        }
        case BANNER:
            host->session = libssh2_session_init();
            if (!host->session) die("no memory");
            libssh2_session_set_blocking(host->session, 0);
            libssh2_session_method_pref(host->session, LIBSSH2_METHOD_HOSTKEY, "ssh-ed25519");
            host->phase = HANDSHAKE;
            break;
        case HANDSHAKE:
            status = libssh2_session_handshake(host->session, host->socket);
            if (status == 0) host->phase = SIGN_IN;
            break;
        case SIGN_IN: {
            void *none = NULL;
            status = is_lean ? libssh2_userauth_publickey(
                                   host->session, user, public_blob, sizeof public_blob, sign, &none)
                             : libssh2_userauth_publickey_frommemory(
                                   host->session, user, strlen(user), NULL, 0, key_text, key_length, NULL);
            if (status == 0) host->phase = OPEN;
            break;
        }
        case OPEN:
            host->channel = libssh2_channel_open_ex(host->session, "session", 7, 1 << 20, 32768, NULL, 0);
            if (host->channel) host->phase = EXEC;
            else status = libssh2_session_last_errno(host->session);
            break;
        case EXEC:
            status = libssh2_channel_process_startup(
                host->channel, "exec", 4, command, (unsigned)strlen(command));
            if (status == 0) host->phase = READ;
            break;
        case READ: {
            ssize_t count = libssh2_channel_read_ex(host->channel, 0, buffer, sizeof buffer);
            if (count > 0) bytes += (unsigned long long)count;
            else if (count < 0) status = (int)count;
            else if (libssh2_channel_eof(host->channel)) host->phase = CLOSE;
            else status = LIBSSH2_ERROR_EAGAIN;
            break;
        }
        case CLOSE:
            status = libssh2_channel_wait_closed(host->channel);
            if (status == LIBSSH2_ERROR_EAGAIN) break;
            libssh2_session_disconnect_ex(host->session, SSH_DISCONNECT_BY_APPLICATION, "done", "");
            return end(host, status == 0), true;
        }
        if (status == LIBSSH2_ERROR_EAGAIN) {
            int directions = libssh2_session_block_directions(host->session);
            watch(host, EPOLLIN | (directions & LIBSSH2_SESSION_BLOCK_OUTBOUND ? EPOLLOUT : 0));
            return false;
        }
        if (status < 0) return end(host, false), true;
    }
}

static struct host *read_hosts(const char *path, uint16_t port, size_t *count) {
    FILE *file = fopen(path, "r");
    if (!file) die("the file of hosts does not open");
    struct host *hosts = NULL;
    char line[256];
    size_t room = 0;
    for (*count = 0; fgets(line, sizeof line, file); ++*count) {
        if (*count == room) {
            room = room ? 2 * room : 1024;
            hosts = realloc(hosts, room * sizeof *hosts);
            if (!hosts) die("no memory");
        }
        line[strcspn(line, "\n")] = 0;
        hosts[*count] = (struct host){.address = {.sin_family = AF_INET, .sin_port = htons(port)}};
        if (inet_pton(AF_INET, line, &hosts[*count].address.sin_addr) != 1) die("a host is not an IPv4 address");
    }
    fclose(file);
    return hosts;
}

int main(int count, char **arguments) {
    if (count != 8) die("usage: bare-loop naive|lean HOSTS PORT USER KEY IN-FLIGHT COMMAND");
    is_lean = strcmp(arguments[1], "lean") == 0;
    user = arguments[4];
    command = arguments[7];
    FILE *file = fopen(arguments[5], "r");
    if (!file) die("the key does not open");
    key_length = fread(key_text, 1, sizeof key_text - 1, file);
    fclose(file);
    if (is_lean) decode_key();
    size_t host_count, next = 0, in_flight = 0, limit = (size_t)atoi(arguments[6]);
    struct host *hosts = read_hosts(arguments[2], (uint16_t)atoi(arguments[3]), &host_count);
    signal(SIGPIPE, SIG_IGN);
    struct rlimit descriptors;
    getrlimit(RLIMIT_NOFILE, &descriptors);
    descriptors.rlim_cur = descriptors.rlim_max;
    setrlimit(RLIMIT_NOFILE, &descriptors);
    if (libssh2_init(0)) die("libssh2 does not start");
    epoll_descriptor = epoll_create1(EPOLL_CLOEXEC);

    size_t first_live = 0;
    double next_look = now() + 0.25;
    while (whole + failed < host_count) {
        while (in_flight < limit && next < host_count) begin(&hosts[next++]), in_flight++;
        struct epoll_event events[256];
        int ready = epoll_wait(epoll_descriptor, events, 256, 250);
        for (int index = 0; index < ready; index++) {
            if (step(events[index].data.ptr)) in_flight--;
        }
        if (now() < next_look) continue;
        next_look = now() + 0.25;
        while (first_live < next && !hosts[first_live].is_in_flight) first_live++;
        for (size_t index = first_live; index < next; index++) {
            if (hosts[index].is_in_flight && now() > hosts[index].deadline) end(&hosts[index], false), in_flight--;
        }
    }
    printf("%zu whole, %zu failed, %llu bytes\n", whole, failed, bytes);
    return 0;
}
