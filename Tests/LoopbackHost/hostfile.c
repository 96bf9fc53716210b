#define _GNU_SOURCE  // reallocarray
#include "hostfile.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { deepest_include = 8 };

struct place {
    const char *path;
    unsigned line;
};

__attribute__((noreturn, format(printf, 2, 3)))
static void fail(struct place at, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "loopback-host: %s:%u: ", at.path, at.line);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(64);
}

static void *grown(void *memory, size_t count, size_t size) {
    void *larger = reallocarray(memory, count, size);
    if (larger == NULL) {
        perror("loopback-host");
        exit(71);
    }
    return larger;
}

static char *copied(const char *text) {
    size_t size = strlen(text) + 1;
    return memcpy(grown(NULL, size, 1), text, size);
}

static struct variable *find_variable(const struct host *host, const char *name, size_t length) {
    for (size_t i = 0; i < host->variable_count; i++) {
        struct variable *variable = &host->variables[i];
        if (strlen(variable->name) == length && memcmp(variable->name, name, length) == 0) return variable;
    }
    return NULL;
}

static void set_variable(struct host *host, const char *name, char *value) {
    struct variable *variable = find_variable(host, name, strlen(name));
    if (variable == NULL) {
        host->variables = grown(host->variables, host->variable_count + 1, sizeof *host->variables);
        variable = &host->variables[host->variable_count++];
        variable->name = copied(name);
    }
    variable->value = value;
}

// The byte that the escape at `*text` (just behind the backslash) stands for; moves `*text` behind it.
static char unescaped(struct place at, const char **text) {
    static const char letters[] = "abefnrtv\\", bytes[] = "\a\b\x1b\f\n\r\t\v\\";
    const char *cursor = *text;
    const char *letter = *cursor == '\0' ? NULL : strchr(letters, *cursor);
    if (letter != NULL) {
        *text = cursor + 1;
        return bytes[letter - letters];
    }
    if (cursor[0] == 'x' && isxdigit((unsigned char)cursor[1]) && isxdigit((unsigned char)cursor[2])) {
        char digits[3] = {cursor[1], cursor[2], '\0'};
        char byte = (char)strtoul(digits, NULL, 16);
        if (byte == '\0') fail(at, "a NUL byte cannot stand in an argument");
        *text = cursor + 3;
        return byte;
    }
    fail(at, "unknown escape \\%.1s", cursor);
}

// `text` with its escapes and `${variables}` replaced. Values are not looked at a second time.
static char *expanded(struct place at, const struct host *host, const char *text) {
    char *result = NULL;
    size_t length = 0;
    while (*text != '\0') {
        char byte = 0;
        const char *piece = &byte;
        size_t piece_length = 1;
        if (text[0] == '\\') {
            text++;
            byte = unescaped(at, &text);
        } else if (text[0] == '$' && text[1] == '{') {
            const char *name = text + 2;
            size_t name_length = strcspn(name, "}");
            const struct variable *variable = find_variable(host, name, name_length);
            if (name[name_length] != '}') fail(at, "${ without }");
            if (variable == NULL) fail(at, "no value for ${%.*s}", (int)name_length, name);
            piece = variable->value;
            piece_length = strlen(piece);
            text = name + name_length + 1;
        } else {
            byte = *text++;
        }
        result = grown(result, length + piece_length + 1, 1);
        memcpy(result + length, piece, piece_length);
        length += piece_length;
    }
    if (result == NULL) return copied("");
    result[length] = '\0';
    return result;
}

static void add_process(struct place at, struct host *host, int depth, const char *user) {
    int deepest = host->process_count == 0 ? 0 : host->processes[host->process_count - 1].depth + 1;
    if (*user == '\0') fail(at, "the user is missing");
    if (depth > deepest) fail(at, "no process stands above this one");
    host->processes = grown(host->processes, host->process_count + 1, sizeof *host->processes);
    struct process *process = &host->processes[host->process_count++];
    *process = (struct process){.depth = depth, .user = copied(user), .argv = grown(NULL, 1, sizeof(char *))};
    process->argv[0] = NULL;
}

static void add_argument(struct place at, struct host *host, const char *text) {
    char *argument = copied("");
    if (host->process_count == 0) fail(at, "an argument before the first process");
    if (strcmp(text, "\"\"") != 0) {
        argument = expanded(at, host, text);
        // A line whose variables are all empty is a flag that this host does not have.
        if (*argument == '\0') return;
    }
    struct process *process = &host->processes[host->process_count - 1];
    process->argv = grown(process->argv, process->argc + 2, sizeof *process->argv);
    process->argv[process->argc++] = argument;
    process->argv[process->argc] = NULL;
}

static void read_file(struct place from, const char *path, struct host *host, int depth);

static void include(struct place at, const char *target, struct host *host, int depth) {
    if (depth == deepest_include) fail(at, "includes go deeper than %d files", deepest_include);
    const char *slash = strrchr(at.path, '/');
    int folder = slash == NULL || *target == '/' ? 0 : (int)(slash - at.path + 1);
    size_t size = (size_t)folder + strlen(target) + 1;
    char *path = grown(NULL, size, 1);
    snprintf(path, size, "%.*s%s", folder, at.path, target);
    read_file(at, path, host, depth + 1);
}

static void read_directive(struct place at, char *line, struct host *host, int depth) {
    char *rest = line + strcspn(line, " \t");
    if (*rest != '\0') *rest++ = '\0';
    rest += strspn(rest, " \t");

    if (strcmp(line, "process") == 0) {
        add_process(at, host, 0, rest);
    } else if (strcmp(line, "child") == 0) {
        add_process(at, host, 1, rest);
    } else if (strcmp(line, "grandchild") == 0) {
        add_process(at, host, 2, rest);
    } else if (strcmp(line, "include") == 0) {
        include(at, rest, host, depth);
    } else if (strcmp(line, "set") == 0 || strcmp(line, "default") == 0) {
        char *value = rest + strcspn(rest, " \t");
        if (*value != '\0') *value++ = '\0';
        value += strspn(value, " \t");
        if (*rest == '\0') fail(at, "the variable's name is missing");
        if (*line == 's' || find_variable(host, rest, strlen(rest)) == NULL)
            set_variable(host, rest, expanded(at, host, value));
    } else if (strcmp(line, "address") == 0) {
        set_variable(host, "address", expanded(at, host, rest));
    } else if (strcmp(line, "refuses") != 0 && strcmp(line, "host_key") != 0 && strcmp(line, "listing") != 0) {
        fail(at, "unknown word %s", line);  // the three are for Scripts/loopback-fleet
    }
}

static void read_file(struct place from, const char *path, struct host *host, int depth) {
    FILE *file = fopen(path, "re");
    if (file == NULL) fail(from, "%s: %s", path, strerror(errno));
    struct place at = {path, 0};
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length;
    while ((length = getline(&line, &capacity, file)) >= 0) {
        at.line++;
        if (strlen(line) != (size_t)length) fail(at, "a NUL byte");
        while (length > 0 && isspace((unsigned char)line[length - 1])) line[--length] = '\0';
        char *text = line + strspn(line, " \t");
        if (*text == '\0' || *text == '#') continue;
        if (text == line) {
            read_directive(at, line, host, depth);
        } else {
            add_argument(at, host, text);
        }
    }
    if (ferror(file)) fail(at, "%s", strerror(errno));
    free(line);
    fclose(file);
}

void read_host_file(const char *path, struct host *host) {
    struct place start = {path, 0};
    read_file(start, path, host, 0);
    for (size_t i = 0; i < host->process_count; i++) {
        if (host->processes[i].argc == 0) fail(start, "process %zu has no arguments", i + 1);
    }
}
