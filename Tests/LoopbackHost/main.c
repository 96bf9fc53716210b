// The init of one simulated host: PID 1 of a PID and mount namespace that somebody else made.
//
//     unshare --pid --fork --mount-proc --kill-child loopback-host HOST-FILE COMMAND [ARGUMENT...]
//
// Starts the processes of the host file, then COMMAND (sshd), and takes in whatever dies. Ends when
// SIGTERM or SIGINT comes or when COMMAND ends; the kernel then ends the whole namespace.
// A stand-in process is this program again, under another argv and doing nothing.
// pipe2 and prctl are Linux.
#define _GNU_SOURCE
#include "hostfile.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char stand_in_mark[] = "LOOPBACK_HOST_STAND_IN";
static const char title[] = "/sbin/init";

// Runs from the start of argv[0] to the end of the last argument: what /proc/PID/cmdline shows.
static size_t argv_size(int argc, char **argv) {
    return (size_t)(argv[argc - 1] + strlen(argv[argc - 1]) + 1 - argv[0]);
}

__attribute__((noreturn)) static void stand_in(const char *argv0) {
    const char *slash = strrchr(argv0, '/');
    prctl(PR_SET_NAME, slash == NULL ? argv0 : slash + 1);  // the kernel cuts it at 15 bytes
    for (;;) pause();
}

// Where a process on its way to exec tells its parent that it failed; the kernel closes it on exec.
static int failures = -1;

__attribute__((noreturn)) static void report_failure(void) {
    if (failures >= 0) dprintf(failures, "!");
    _exit(71);
}

__attribute__((noreturn)) static void fail_errno(const char *what) {
    dprintf(STDERR_FILENO, "loopback-host: %s: %s\n", what, strerror(errno));
    report_failure();
}

static void become(const char *user) {
    char *end;
    unsigned long number = strtoul(user, &end, 10);
    uid_t uid = (uid_t)number;
    gid_t gid = (gid_t)number;
    if (*end != '\0') {
        errno = 0;
        const struct passwd *entry = getpwnam(user);
        if (entry == NULL) {
            if (errno == 0) errno = ENOENT;
            fail_errno(user);
        }
        uid = entry->pw_uid;
        gid = entry->pw_gid;
    }
    if (setgroups(0, NULL) != 0 || setgid(gid) != 0 || setuid(uid) != 0) fail_errno(user);
}

// Starts the process at `index` and all below it, and returns the index of the next one beside it when
// all of them run under their own argv: one after the other, so that process ids are the same each time.
static size_t start(const struct host *host, size_t index) {
    const struct process *process = &host->processes[index];
    size_t next = index + 1;
    while (next < host->process_count && host->processes[next].depth > process->depth) next++;

    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) fail_errno("pipe");
    pid_t pid = fork();
    if (pid < 0) fail_errno("fork");
    if (pid > 0) {
        close(ends[1]);
        char byte;
        ssize_t count;
        while ((count = read(ends[0], &byte, 1)) < 0 && errno == EINTR) continue;
        close(ends[0]);
        if (count != 0) report_failure();
        return next;
    }

    close(ends[0]);
    failures = ends[1];
    // Children first: they stay this process's children across its exec, and need other users.
    for (size_t child = index + 1; child < next;) child = start(host, child);
    become(process->user);
    char mark[sizeof stand_in_mark + 2];
    snprintf(mark, sizeof mark, "%s=1", stand_in_mark);
    char *const environment[] = {mark, NULL};
    execve("/proc/self/exe", process->argv, environment);
    fail_errno(process->argv[0]);
}

static pid_t start_command(char **command, const sigset_t *signals) {
    pid_t pid = fork();
    if (pid < 0) fail_errno("fork");
    if (pid > 0) return pid;
    sigprocmask(SIG_UNBLOCK, signals, NULL);
    execv(command[0], command);
    fail_errno(command[0]);
}

// Takes in every process that has ended; returns whether `command` is one of them.
static int reap(pid_t command) {
    int ended = 0;
    pid_t pid;
    while ((pid = waitpid(-1, NULL, WNOHANG)) > 0) ended |= pid == command;
    return ended;
}

// The command line shows what a real host's PID 1 shows, not the path of this test's files.
static void take_title(char **argv, size_t size) {
    memset(argv[0], 0, size);
    memcpy(argv[0], title, size < sizeof title ? size - 1 : sizeof title - 1);
    prctl(PR_SET_NAME, "init");
}

// sshd needs the folder /run/sshd, which this machine need not have: the host gets a /run of its own.
static void mount_run(void) {
    if (mount("tmpfs", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") != 0) fail_errno("/run");
    if (mkdir("/run/sshd", 0755) != 0) fail_errno("/run/sshd");
}

int main(int argc, char **argv) {
    if (argc > 0 && getenv(stand_in_mark) != NULL) stand_in(argv[0]);
    if (argc < 3 || getpid() != 1) {
        fprintf(stderr, "usage: unshare --pid --fork --mount-proc --kill-child "
                        "loopback-host HOST-FILE COMMAND [ARGUMENT...]\n");
        return 64;
    }
    struct host host = {0};
    read_host_file(argv[1], &host);
    mount_run();
    for (size_t next = 0; next < host.process_count;) next = start(&host, next);

    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    pid_t command = start_command(argv + 2, &signals);
    take_title(argv, argv_size(argc, argv));

    while (!reap(command)) {
        int number = 0;
        sigwait(&signals, &number);
        if (number != SIGCHLD) return 0;
    }
    fprintf(stderr, "loopback-host: the command has ended\n");
    return 1;
}
