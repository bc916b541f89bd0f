/* The driver's functions; see fake_cuda.h for what is faked and why. */
#define _GNU_SOURCE
#include "fake_cuda.h"
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DEVICES_MAX 4
#define FAILURES_MAX 8
#define CUBIN "FAKE CUBIN\n"
#define ENTER(...) \
    pthread_mutex_lock(&gate); \
    note(__func__, __VA_ARGS__); \
    int result = failure(__func__); \
    if (result) goto done
#define LEAVE \
    done: \
    if (result) note("  failed", "%s", error_name(result)); \
    pthread_mutex_unlock(&gate); \
    return result
#define REFUSE(code) do { result = (code); goto done; } while (0)
#define IN_CONTEXT do { \
        if (!current) REFUSE(INVALID_CONTEXT); \
        if (!current->live) REFUSE(CONTEXT_IS_DESTROYED); \
    } while (0)
#define CHECK(pointer, wanted) do { \
        IN_CONTEXT; \
        if (!is(pointer, wanted)) REFUSE(INVALID_HANDLE); \
        if ((pointer)->device != current->device) REFUSE(INVALID_CONTEXT); \
    } while (0)
#define DEVICE(handle) do { \
        if (!initialised) REFUSE(NOT_INITIALIZED); \
        if ((handle) < 0 || (handle) >= device_count) REFUSE(INVALID_DEVICE); \
    } while (0)
/* What allocates, frees, loads or waits: it would not be part of the graph, so a driver refuses it, and the graph with it. */
#define NOT_RECORDED do { \
        if (recording) { \
            recording->captured->invalidated = 1; \
            REFUSE(STREAM_CAPTURE_UNSUPPORTED); \
        } \
    } while (0)

typedef int (*launch_callback)(const char *entry, const unsigned *grid, const unsigned *block, unsigned shared, const void *parameters,
    size_t parameter_bytes, int device);

static pthread_mutex_t gate = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static device devices[DEVICES_MAX] = { { "Fake GPU", 9, 0, 132, 0, 85, 0, 1ul << 30, 0, 0, NULL } };
static int device_count = 1, driver_version = 12040, initialised, lost;
static struct { char function[64]; int result, skip, times; } failures[FAILURES_MAX];
static object *objects;
static launch_callback on_launch;
static char *log_text;
static size_t log_length, log_room;
static __thread object *current, *recording; /* a context; a stream that this thread has begun to record */

/* --- control, called by the tests --- */

static void note(const char *what, const char *format, ...)
{
    char line[512];
    int length = snprintf(line, sizeof line, "%s ", what);
    va_list list;
    va_start(list, format);
    length += vsnprintf(line + length, sizeof line - length, format, list);
    va_end(list);
    if (length >= (int)sizeof line)
        length = sizeof line - 1;
    if (log_length + length + 2 > log_room)
        log_text = realloc(log_text, log_room = 2 * log_room + sizeof line);
    memcpy(log_text + log_length, line, length);
    log_length += length;
    log_text[log_length++] = '\n';
    log_text[log_length] = 0;
}

const char *fake_log(void) { return log_text ? log_text : ""; }

void fake_clear_log(void) { log_length = 0; if (log_text) *log_text = 0; }

void fake_on_launch(launch_callback callback) { on_launch = callback; }

void fake_driver(int version, int count) { driver_version = version; device_count = count; }

void fake_device(int ordinal, const char *name, int major, int minor, size_t memory, int compute_mode, int ptx_version, int unavailable)
{
    device *d = &devices[ordinal];
    snprintf(d->name, sizeof d->name, "%s", name);
    d->major = major, d->minor = minor, d->memory = memory, d->multiprocessors = 132;
    d->compute_mode = compute_mode, d->ptx_version = ptx_version, d->unavailable = unavailable;
}

/* The call of a function after `skip` good ones returns a result, and so do the next times − 1. "kernel" is a kernel under way: its
   failure is final for the device. */
void fake_fail(const char *function, int result, int skip, int times)
{
    for (int i = 0; i < FAILURES_MAX; i++)
        if (!failures[i].times) {
            snprintf(failures[i].function, sizeof failures[i].function, "%s", function);
            failures[i].result = result, failures[i].skip = skip, failures[i].times = times;
            return;
        }
}

int fake_live(int kind)
{
    int count = 0;
    for (object *o = objects; o; o = o->next)
        count += o->live && (int)o->kind == kind;
    return count;
}

/* The device allocation with this number, oldest last; returns 0 past the end. */
int fake_allocation(int number, void **address, size_t *bytes, int *on_device)
{
    for (object *o = objects; o; o = o->next)
        if (o->live && o->kind == MEMORY && number-- == 0) {
            *address = o->bytes, *bytes = o->size, *on_device = o->device;
            return 1;
        }
    return 0;
}

/* --- bookkeeping --- */

/* What a driver still answers after a kernel has failed: what does not touch the device's memory or work. */
static int survives(const char *function)
{
    static const char *const names[] = { "kernel", "cuInit", "cuDriverGetVersion", "cuDeviceGetCount", "cuDeviceGet", "cuDeviceGetName",
        "cuDeviceTotalMem_v2", "cuDeviceGetAttribute", "cuDevicePrimaryCtxRetain", "cuDevicePrimaryCtxRelease_v2", "cuCtxSetCurrent" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(function, names[i]))
            return 1;
    return 0;
}

static int failure(const char *function)
{
    if (lost && !survives(function))
        return lost;
    for (int i = 0; i < FAILURES_MAX; i++)
        if (failures[i].times && !strcmp(failures[i].function, function)) {
            if (failures[i].skip-- > 0)
                continue;
            failures[i].times--;
            return failures[i].result;
        }
    return SUCCESS;
}

static object *made(enum kind kind)
{
    object *o = calloc(1, sizeof *o);
    o->kind = kind, o->live = 1, o->device = current ? current->device : 0, o->next = objects;
    return objects = o;
}

static int is(const object *pointer, enum kind kind)
{
    for (object *o = objects; o; o = o->next)
        if (o == pointer)
            return o->live && o->kind == kind;
    return 0;
}

static object *memory_at(const void *address, enum kind kind, int on_device)
{
    for (object *o = objects; o; o = o->next)
        if (o->live && o->kind == kind && (kind == HOST || o->device == on_device) && (char *)address >= o->bytes && (char *)address < o->bytes + o->size)
            return o;
    return NULL;
}

size_t readable_bytes(const void *address, enum kind kind, int on_device)
{
    object *o = memory_at(address, kind, on_device);
    return o ? (size_t)(o->bytes + o->size - (char *)address) : 0;
}

static int is_memory(const void *address, size_t bytes, int on_device)
{
    return readable_bytes(address, MEMORY, on_device) >= bytes || readable_bytes(address, HOST, on_device) >= bytes;
}

static void submit(object *stream, operation op)
{
    queue *q = stream->captured ? &stream->captured->queue : &stream->queue;
    operation *copy = malloc(sizeof *copy);
    *copy = op;
    copy->next = NULL;
    if (q->tail)
        q->tail->next = copy;
    else
        q->head = copy;
    q->tail = copy;
}

static void run(object *stream, object *event, long ticket);

static void execute(object *stream, const operation *op)
{
    struct timespec now;
    switch (op->type) {
    case COPY: /* what a graph copies may have been freed since it was recorded */
        if (!lost && (!is_memory(op->to, op->bytes, stream->device) || !is_memory(op->from, op->bytes, stream->device)))
            lost = ILLEGAL_ADDRESS;
        if (!lost)
            memcpy(op->to, op->from, op->bytes);
        break;
    case SET:
        if (!lost && !is_memory(op->to, op->bytes, stream->device))
            lost = ILLEGAL_ADDRESS;
        if (!lost)
            memset(op->to, op->value, op->bytes);
        break;
    case LAUNCH:
        if (lost)
            break;
        lost = failure("kernel");
        if (!lost && on_launch && on_launch(op->function->name, op->grid, op->block, op->shared, op->parameters, op->function->parameter_bytes, stream->device))
            lost = ILLEGAL_ADDRESS;
        break;
    case RECORD:
        clock_gettime(CLOCK_MONOTONIC, &now);
        op->event->reached = op->ticket;
        op->event->milliseconds = now.tv_sec * 1e3 + now.tv_nsec * 1e-6;
        break;
    case WAIT: run(op->event->stream, op->event, op->ticket); break;
    }
}

/* Does the work of a stream, all of it or until an event has been reached. */
static void run(object *stream, object *event, long ticket)
{
    while (stream && stream->queue.head && !(event && event->reached >= ticket)) {
        operation *op = stream->queue.head;
        stream->queue.head = op->next;
        if (!op->next)
            stream->queue.tail = NULL;
        execute(stream, op);
        free(op->parameters);
        free(op);
    }
}

static void run_all(int on_device)
{
    for (object *o = objects; o; o = o->next)
        if (o->live && o->kind == STREAM && o->device == on_device)
            run(o, NULL, 0);
}

static void drop(queue *q)
{
    for (operation *op = q->head, *next; op; op = next) {
        next = op->next;
        free(op->parameters);
        free(op);
    }
    q->head = q->tail = NULL;
}

/* --- the driver --- */

int cuInit(unsigned flags)
{
    ENTER("%u", flags);
    if (flags)
        REFUSE(INVALID_VALUE);
    if (device_count == 0)
        REFUSE(NO_DEVICE);
    initialised = 1;
    LEAVE;
}

int cuDriverGetVersion(int *version)
{
    ENTER("");
    *version = driver_version;
    LEAVE;
}

int cuGetErrorName(int code, const char **name) { *name = error_name(code); return *name ? SUCCESS : INVALID_VALUE; }

int cuGetErrorString(int code, const char **text) { *text = error_name(code) ? "said by the fake driver" : NULL; return *text ? SUCCESS : INVALID_VALUE; }

int cuDeviceGetCount(int *count)
{
    ENTER("");
    if (!initialised)
        REFUSE(NOT_INITIALIZED);
    *count = device_count;
    LEAVE;
}

int cuDeviceGet(int *handle, int ordinal)
{
    ENTER("%d", ordinal);
    DEVICE(ordinal);
    *handle = ordinal;
    LEAVE;
}

int cuDeviceGetName(char *name, int bytes, int handle)
{
    ENTER("%d", handle);
    DEVICE(handle);
    snprintf(name, bytes, "%s", devices[handle].name);
    LEAVE;
}

int cuDeviceTotalMem_v2(size_t *bytes, int handle)
{
    ENTER("%d", handle);
    DEVICE(handle);
    *bytes = devices[handle].memory;
    LEAVE;
}

int cuDeviceGetAttribute(int *value, int attribute, int handle)
{
    ENTER("%d %d", attribute, handle);
    DEVICE(handle);
    const device *d = &devices[handle];
    switch (attribute) {
    case 16: *value = d->multiprocessors; break;
    case 20: *value = d->compute_mode; break;
    case 75: *value = d->major; break;
    case 76: *value = d->minor; break;
    default: REFUSE(INVALID_VALUE);
    }
    LEAVE;
}

int cuDevicePrimaryCtxRetain(object **context, int handle)
{
    ENTER("%d", handle);
    DEVICE(handle);
    device *d = &devices[handle];
    if (d->unavailable)
        REFUSE(DEVICE_UNAVAILABLE);
    if (!d->retained++)
        (d->context = made(CONTEXT))->device = handle;
    *context = d->context;
    LEAVE;
}

int cuDevicePrimaryCtxRelease_v2(int handle)
{
    ENTER("%d", handle);
    done:; /* also of a lost device */
    device *d = &devices[handle];
    if (d->retained == 0 && !result)
        result = INVALID_CONTEXT;
    if (d->retained > 0 && --d->retained == 0) {
        for (object *o = objects; o; o = o->next)
            if (o->live && o->device == handle) {
                if (o->kind != CONTEXT && o->kind != FUNCTION && !lost)
                    note("LEAK", "%d", o->kind);
                drop(&o->queue);
                o->live = 0;
            }
        d->used = 0;
    }
    pthread_mutex_unlock(&gate);
    return result;
}

int cuCtxSetCurrent(object *context)
{
    pthread_mutex_lock(&gate); /* not in the log: it comes before everything */
    int result = failure(__func__);
    if (result)
        goto done;
    if (!is(context, CONTEXT))
        REFUSE(INVALID_CONTEXT);
    current = context;
    LEAVE;
}

int cuMemGetInfo_v2(size_t *available, size_t *total)
{
    ENTER("");
    IN_CONTEXT;
    *total = devices[current->device].memory;
    *available = *total - devices[current->device].used;
    LEAVE;
}

int cuMemAlloc_v2(uint64_t *address, size_t bytes)
{
    ENTER("%zu", bytes);
    IN_CONTEXT;
    NOT_RECORDED;
    device *d = &devices[current->device];
    if (bytes == 0)
        REFUSE(INVALID_VALUE);
    if (bytes > d->memory - d->used)
        REFUSE(OUT_OF_MEMORY);
    object *o = made(MEMORY);
    o->bytes = aligned_alloc(256, (bytes + 255) / 256 * 256);
    memset(o->bytes, 0xCD, bytes); /* not zero: who relies on that is wrong */
    o->size = bytes;
    d->used += bytes;
    *address = (uint64_t)o->bytes;
    LEAVE;
}

int cuMemFree_v2(uint64_t address)
{
    ENTER("");
    IN_CONTEXT;
    NOT_RECORDED;
    object *o = memory_at((void *)address, MEMORY, current->device);
    if (!o || o->bytes != (char *)address)
        REFUSE(INVALID_VALUE);
    run_all(current->device);
    o->live = 0;
    devices[current->device].used -= o->size;
    free(o->bytes);
    LEAVE;
}

int cuMemHostAlloc(void **address, size_t bytes, unsigned flags)
{
    ENTER("%zu %u", bytes, flags);
    IN_CONTEXT;
    NOT_RECORDED;
    if (bytes == 0 || flags > 7)
        REFUSE(INVALID_VALUE);
    object *o = made(HOST);
    o->bytes = aligned_alloc(256, (bytes + 255) / 256 * 256);
    memset(o->bytes, 0xCD, bytes);
    o->size = bytes;
    *address = o->bytes;
    LEAVE;
}

int cuMemFreeHost(void *address)
{
    ENTER("");
    IN_CONTEXT;
    NOT_RECORDED;
    object *o = memory_at(address, HOST, 0);
    if (!o || o->bytes != (char *)address)
        REFUSE(INVALID_VALUE);
    run_all(current->device);
    o->live = 0;
    free(o->bytes);
    LEAVE;
}

static int copy(object *stream, void *to, enum kind to_kind, const void *from, enum kind from_kind, size_t bytes)
{
    if (!current || !current->live)
        return INVALID_CONTEXT;
    if (!is(stream, STREAM))
        return INVALID_HANDLE;
    if (stream->device != current->device)
        return INVALID_CONTEXT;
    if (readable_bytes(to, to_kind, stream->device) < bytes || readable_bytes(from, from_kind, stream->device) < bytes)
        return INVALID_VALUE; /* memory that is not pinned would be copied at once by a real driver: also not what was meant */
    submit(stream, (operation){ .type = COPY, .to = to, .from = from, .bytes = bytes });
    return SUCCESS;
}

int cuMemcpyHtoDAsync_v2(uint64_t to, const void *from, size_t bytes, object *stream)
{
    ENTER("%zu", bytes);
    result = copy(stream, (void *)to, MEMORY, from, HOST, bytes);
    LEAVE;
}

int cuMemcpyDtoHAsync_v2(void *to, uint64_t from, size_t bytes, object *stream)
{
    ENTER("%zu", bytes);
    result = copy(stream, to, HOST, (void *)from, MEMORY, bytes);
    LEAVE;
}

int cuMemcpyDtoDAsync_v2(uint64_t to, uint64_t from, size_t bytes, object *stream)
{
    ENTER("%zu", bytes);
    result = copy(stream, (void *)to, MEMORY, (void *)from, MEMORY, bytes);
    LEAVE;
}

int cuMemcpy2DAsync_v2(const copy_2d *c, object *stream)
{
    ENTER("%zu x %zu of %zu", c->height, c->width, c->source_pitch);
    if (c->source_type != 2 || c->target_type != 1 || c->source_x || c->source_y || c->target_x || c->target_y || c->width > c->source_pitch || c->width > c->target_pitch)
        REFUSE(INVALID_VALUE);
    for (size_t row = 0; row < c->height && !result; row++)
        result = copy(stream, (char *)c->target_host + row * c->target_pitch, HOST, (char *)c->source_device + row * c->source_pitch, MEMORY, c->width);
    LEAVE;
}

int cuMemsetD8Async(uint64_t to, unsigned char value, size_t bytes, object *stream)
{
    ENTER("%zu %u", bytes, value);
    CHECK(stream, STREAM);
    if (readable_bytes((void *)to, MEMORY, stream->device) < bytes)
        REFUSE(INVALID_VALUE);
    submit(stream, (operation){ .type = SET, .to = (void *)to, .value = value, .bytes = bytes });
    LEAVE;
}

int cuStreamCreate(object **stream, unsigned flags)
{
    ENTER("%u", flags);
    IN_CONTEXT;
    if (flags > 1)
        REFUSE(INVALID_VALUE);
    *stream = made(STREAM);
    LEAVE;
}

int cuStreamSynchronize(object *stream)
{
    ENTER("");
    CHECK(stream, STREAM);
    NOT_RECORDED;
    if (stream->captured) { /* by another thread */
        stream->captured->invalidated = 1;
        REFUSE(STREAM_CAPTURE_UNSUPPORTED);
    }
    run(stream, NULL, 0);
    result = lost;
    LEAVE;
}

int cuStreamDestroy_v2(object *stream)
{
    ENTER("");
    CHECK(stream, STREAM);
    run(stream, NULL, 0);
    if (stream->captured) { /* the recording ends with its stream */
        drop(&stream->captured->queue);
        stream->captured->live = 0;
        if (recording == stream)
            recording = NULL;
    }
    stream->live = 0;
    LEAVE;
}

int cuStreamWaitEvent(object *stream, object *event, unsigned flags)
{
    ENTER("%u", flags);
    CHECK(stream, STREAM);
    CHECK(event, EVENT);
    if (flags)
        REFUSE(INVALID_VALUE);
    if ((stream->captured != NULL) != event->in_graph) { /* what is outside of a graph cannot be waited for in it, nor the other way round */
        if (stream->captured)
            stream->captured->invalidated = 1;
        REFUSE(stream->captured ? STREAM_CAPTURE_ISOLATION : CAPTURED_EVENT);
    }
    submit(stream, (operation){ .type = WAIT, .event = event, .ticket = event->recorded });
    LEAVE;
}

int cuEventCreate(object **event, unsigned flags)
{
    ENTER("%u", flags);
    IN_CONTEXT;
    if (flags > 7 || (flags & 6) == 4) /* shared between processes, yet timed */
        REFUSE(INVALID_VALUE);
    (*event = made(EVENT))->flags = flags;
    LEAVE;
}

int cuEventRecord(object *event, object *stream)
{
    ENTER("");
    CHECK(event, EVENT);
    CHECK(stream, STREAM);
    event->stream = stream;
    event->in_graph = stream->captured != NULL;
    submit(stream, (operation){ .type = RECORD, .event = event, .ticket = ++event->recorded });
    LEAVE;
}

int cuEventSynchronize(object *event)
{
    ENTER("");
    CHECK(event, EVENT);
    NOT_RECORDED;
    if (event->in_graph)
        REFUSE(CAPTURED_EVENT);
    run(event->stream, event, event->recorded);
    result = lost;
    LEAVE;
}

int cuEventElapsedTime(float *milliseconds, object *begin, object *end)
{
    ENTER("");
    CHECK(begin, EVENT);
    CHECK(end, EVENT);
    if (begin->in_graph || end->in_graph)
        REFUSE(CAPTURED_EVENT);
    if (!begin->recorded || !end->recorded || (begin->flags | end->flags) & 2) /* never recorded, or made without a clock */
        REFUSE(INVALID_HANDLE);
    if (begin->reached < begin->recorded || end->reached < end->recorded)
        REFUSE(NOT_READY);
    *milliseconds = (float)(end->milliseconds - begin->milliseconds);
    LEAVE;
}

int cuEventDestroy_v2(object *event)
{
    ENTER("");
    CHECK(event, EVENT);
    if (event->stream && event->stream->live)
        run(event->stream, event, event->recorded);
    event->live = 0;
    LEAVE;
}

/* The error log among the options of the just-in-time compiler. Sizes of logs are overwritten by what they hold. */
static char *error_log(unsigned count, const int *options, void **values, size_t *bytes)
{
    char *log = NULL;
    *bytes = 0;
    for (unsigned i = 0; i < count; i++)
        if (options[i] == 5)
            log = values[i];
        else if (options[i] == 6)
            *bytes = (size_t)values[i];
    for (unsigned i = 0; i < count; i++)
        if (options[i] == 4 || options[i] == 6)
            values[i] = NULL;
    return log;
}

int cuModuleLoadDataEx(object **module, const void *image, unsigned count, int *options, void **values)
{
    size_t bytes, prefix = strlen(CUBIN);
    char *log = error_log(count, options, values, &bytes);
    int cubin = !strncmp(image, CUBIN, prefix);
    ENTER("%s", cubin ? "cubin" : "ptx");
    IN_CONTEXT;
    NOT_RECORDED;
    if (!cubin && !strstr(image, ".version"))
        REFUSE(INVALID_IMAGE);
    if (!cubin && (result = judge_ptx(image, &devices[current->device], log, bytes)))
        goto done;
    object *o = made(MODULE);
    o->bytes = strdup((const char *)image + (cubin ? prefix : 0));
    *module = o;
    LEAVE;
}

int cuModuleGetFunction(object **function, object *module, const char *name)
{
    ENTER("%s", name);
    CHECK(module, MODULE);
    object found = { 0 };
    if (!find_entry(module->bytes, name, &found))
        REFUSE(NOT_FOUND);
    object *o = made(FUNCTION);
    o->module = module;
    o->parameter_bytes = found.parameter_bytes, o->threads_max = found.threads_max, o->shared_bytes = found.shared_bytes;
    snprintf(o->name, sizeof o->name, "%s", name);
    *function = o;
    LEAVE;
}

int cuModuleUnload(object *module)
{
    ENTER("");
    CHECK(module, MODULE);
    NOT_RECORDED;
    for (object *o = objects; o; o = o->next)
        if (o->kind == FUNCTION && o->module == module)
            o->live = 0;
    module->live = 0;
    free(module->bytes);
    LEAVE;
}

int cuFuncGetAttribute(int *value, int attribute, object *function)
{
    ENTER("%d", attribute);
    CHECK(function, FUNCTION);
    switch (attribute) {
    case 0: *value = function->threads_max; break;
    case 1: *value = function->shared_bytes; break;
    case 3: *value = 0; break; /* nothing is spilled */
    case 4: *value = 32; break; /* registers */
    default: REFUSE(INVALID_VALUE);
    }
    LEAVE;
}

int cuLaunchKernel(object *function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned shared,
    object *stream, void **parameters, void **extra)
{
    ENTER("%s %u %u %u / %u %u %u, %u", is(function, FUNCTION) ? function->name : "?", gx, gy, gz, bx, by, bz, shared);
    CHECK(function, FUNCTION);
    CHECK(stream, STREAM);
    if (extra || !parameters || !gx || !gy || !gz || gx > INT32_MAX || gy > UINT16_MAX || gz > UINT16_MAX)
        REFUSE(INVALID_VALUE);
    if (bx * by * bz == 0 || bx * by * bz > function->threads_max || function->shared_bytes + shared > SHARED_BYTES_MAX)
        REFUSE(INVALID_VALUE);
    void *copy = malloc(function->parameter_bytes + 1); /* a driver reads the parameters during the call */
    memcpy(copy, parameters[0], function->parameter_bytes);
    submit(stream, (operation){ .type = LAUNCH, .function = function, .grid = { gx, gy, gz }, .block = { bx, by, bz }, .shared = shared,
        .parameters = copy });
    LEAVE;
}

int cuLinkCreate_v2(unsigned count, int *options, void **values, object **link)
{
    ENTER("%u", count);
    IN_CONTEXT;
    NOT_RECORDED;
    object *o = made(LINK);
    o->queue.head = NULL;
    o->size = 0;
    *link = o;
    o->parameter_bytes = 0;
    o->values = count ? values : NULL;
    o->module = (object *)error_log(count, options, values, &o->parameter_bytes); /* where its complaints go */
    LEAVE;
}

int cuLinkAddData_v2(object *link, int type, void *data, size_t bytes, const char *name, unsigned count, int *options, void **values)
{
    ENTER("%d %s", type, name);
    CHECK(link, LINK);
    if (type != 1 || bytes == 0 || ((char *)data)[bytes - 1])
        REFUSE(INVALID_VALUE);
    if ((result = judge_ptx(data, &devices[link->device], (char *)link->module, link->parameter_bytes)))
        goto done;
    (void)count, (void)options, (void)values;
    link->size = strlen(CUBIN) + bytes;
    link->bytes = malloc(link->size);
    memcpy(link->bytes, CUBIN, strlen(CUBIN));
    memcpy(link->bytes + strlen(CUBIN), data, bytes);
    LEAVE;
}

int cuLinkComplete(object *link, void **cubin, size_t *bytes)
{
    ENTER("");
    CHECK(link, LINK);
    *cubin = link->bytes, *bytes = link->size;
    LEAVE;
}

int cuLinkDestroy(object *link)
{
    ENTER("");
    CHECK(link, LINK);
    link->live = 0;
    if (link->values)
        link->values[0] = NULL; /* the options belong to the link until here */
    free(link->bytes); /* the cubin goes with it */
    LEAVE;
}

int cuStreamBeginCapture_v2(object *stream, int mode)
{
    ENTER("%d", mode);
    CHECK(stream, STREAM);
    if (mode != 1) /* thread-local: in the others, calls of other threads disturb a recording, or nothing does */
        REFUSE(INVALID_VALUE);
    if (stream->captured || recording)
        REFUSE(ILLEGAL_STATE);
    stream->captured = made(GRAPH);
    recording = stream;
    LEAVE;
}

int cuStreamEndCapture(object *stream, object **graph)
{
    object *recorded = NULL;
    pthread_mutex_lock(&gate);
    if (recording && recording == stream) { /* whatever else is wrong, the recording ends here */
        recorded = stream->captured;
        stream->captured = recording = NULL;
    }
    pthread_mutex_unlock(&gate);
    *graph = NULL;
    ENTER("");
    CHECK(stream, STREAM);
    if (!recorded)
        REFUSE(stream->captured ? STREAM_CAPTURE_WRONG_THREAD : ILLEGAL_STATE);
    if (recorded->invalidated)
        REFUSE(STREAM_CAPTURE_INVALIDATED);
    *graph = recorded;
    done:
    if (recorded && result) {
        drop(&recorded->queue);
        recorded->live = 0;
    }
    if (result)
        note("  failed", "%s", error_name(result));
    pthread_mutex_unlock(&gate);
    return result;
}

int cuGraphInstantiateWithFlags(object **executable, object *graph, unsigned long long flags)
{
    ENTER("%llu", flags);
    CHECK(graph, GRAPH);
    if (flags)
        REFUSE(INVALID_VALUE);
    object *o = made(EXEC);
    for (operation *op = graph->queue.head; op; op = op->next) {
        operation copy = *op;
        if (op->parameters) {
            copy.parameters = malloc(op->function->parameter_bytes + 1);
            memcpy(copy.parameters, op->parameters, op->function->parameter_bytes);
        }
        submit(&(object){ .captured = o }, copy);
    }
    *executable = o;
    LEAVE;
}

int cuGraphLaunch(object *executable, object *stream)
{
    ENTER("");
    CHECK(executable, EXEC);
    CHECK(stream, STREAM);
    for (operation *op = executable->queue.head; op; op = op->next) {
        operation copy = *op;
        if (op->parameters) {
            copy.parameters = malloc(op->function->parameter_bytes + 1);
            memcpy(copy.parameters, op->parameters, op->function->parameter_bytes);
        }
        submit(stream, copy);
    }
    LEAVE;
}

int cuGraphDestroy(object *graph)
{
    ENTER("");
    CHECK(graph, GRAPH);
    drop(&graph->queue);
    graph->live = 0;
    LEAVE;
}

int cuGraphExecDestroy(object *executable)
{
    ENTER("");
    CHECK(executable, EXEC);
    drop(&executable->queue);
    executable->live = 0;
    LEAVE;
}
