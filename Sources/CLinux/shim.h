// Linux calls that the Glibc module does not show to Swift.
#pragma once
#include <semaphore.h>
#include <signal.h>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

// Declared under _GNU_SOURCE only; the second since glibc 2.34.
extern int pipe2(int ends[2], int flags);
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *, int);
// Likewise; glibc 2.26.
static const short kubesweep_posix_spawn_setsid = 0x80;
