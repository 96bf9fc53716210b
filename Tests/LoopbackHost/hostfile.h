// The process list of one simulated host, as written in a `.host` file.
// Tests/LoopbackFleet/README.md describes the format.
#ifndef LOOPBACK_HOST_HOSTFILE_H
#define LOOPBACK_HOST_HOSTFILE_H

#include <stddef.h>

struct process {
    int depth;      // 0 is a child of the host's init; depth n + 1 belongs to the last process of depth n
    char *user;     // a name of this system's user database, or a number
    char **argv;    // ends with NULL; holds at least argv[0]
    size_t argc;
};

struct variable {
    char *name;
    char *value;
};

struct host {
    struct process *processes;
    size_t process_count;
    struct variable *variables;
    size_t variable_count;
};

// Reads a host file and what it includes. A fault is printed with file and line, and ends the program.
void read_host_file(const char *path, struct host *host);

#endif
