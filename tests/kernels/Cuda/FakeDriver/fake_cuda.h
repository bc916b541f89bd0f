/* A CUDA driver without a GPU: what the tests link against Rubato's driver layer.
 *
 * Device memory is host memory. Work submitted to a stream waits there until somebody synchronises, so that code that reads a result too
 * early, or overwrites a pinned buffer that a copy still needs, fails in tests and not once a year on a GPU. Kernels are run by a callback.
 *
 * Where the public documentation says that a driver may refuse a call, this one does: objects of a device are used by a thread whose current
 * context is that device's, nothing that waits or allocates happens while the thread records a graph, blocks and grids stay within the limits
 * of the kernel and the device, and after a kernel has failed every call does.
 */
#ifndef FAKE_CUDA_H
#define FAKE_CUDA_H
#include <stddef.h>

enum { /* CUresult */
    SUCCESS = 0, INVALID_VALUE = 1, OUT_OF_MEMORY = 2, NOT_INITIALIZED = 3, DEVICE_UNAVAILABLE = 46, NO_DEVICE = 100, INVALID_DEVICE = 101,
    INVALID_IMAGE = 200, INVALID_CONTEXT = 201, NO_BINARY_FOR_GPU = 209, INVALID_PTX = 218, UNSUPPORTED_PTX_VERSION = 222,
    INVALID_HANDLE = 400, ILLEGAL_STATE = 401, NOT_FOUND = 500, NOT_READY = 600, ILLEGAL_ADDRESS = 700, CONTEXT_IS_DESTROYED = 709,
    STREAM_CAPTURE_UNSUPPORTED = 900, STREAM_CAPTURE_INVALIDATED = 901, STREAM_CAPTURE_ISOLATION = 905, CAPTURED_EVENT = 907,
    STREAM_CAPTURE_WRONG_THREAD = 908
};

enum { BLOCK_THREADS_MAX = 1024, SHARED_BYTES_MAX = 48 << 10 }; /* of a block, unless a kernel asks for more */

enum kind { CONTEXT, MEMORY, HOST, STREAM, EVENT, MODULE, FUNCTION, LINK, GRAPH, EXEC, KINDS };

enum operation_type { COPY, SET, LAUNCH, RECORD, WAIT };

typedef struct object object;

/* One piece of work on a stream, or of a graph. */
typedef struct operation {
    enum operation_type type;
    void *to;
    const void *from;
    size_t bytes;
    unsigned char value;
    object *function;
    unsigned grid[3], block[3], shared;
    void *parameters;
    object *event;
    long ticket; /* of the record that a record makes or a wait waits for */
    struct operation *next;
} operation;

typedef struct copy_2d { /* CUDA_MEMCPY2D */
    size_t source_x, source_y;
    int source_type;
    const void *source_host;
    unsigned long source_device;
    void *source_array;
    size_t source_pitch, target_x, target_y;
    int target_type;
    void *target_host;
    unsigned long target_device;
    void *target_array;
    size_t target_pitch, width, height;
} copy_2d;

typedef struct queue { operation *head, *tail; } queue;

/* Whatever has a handle: the handle is the object's address, for memory the address of its bytes. */
struct object {
    enum kind kind;
    int live, device;
    object *next;
    char *bytes; /* memory; the image of a module */
    size_t size;
    queue queue; /* stream: work waiting; graph: its nodes */
    object *captured; /* stream: the graph that is being recorded */
    int invalidated; /* graph: a call that is not allowed was made while it was recorded */
    object *stream; /* event: where it was recorded last */
    unsigned flags; /* event */
    int in_graph; /* event: its last record is a node of a graph, and never reached */
    long recorded, reached;
    double milliseconds;
    object *module; /* function */
    char name[128];
    size_t parameter_bytes, shared_bytes;
    unsigned threads_max; /* function: of a block */
    void **values; /* link: the caller's, written to until the link is destroyed */
};

typedef struct device {
    char name[64];
    int major, minor, multiprocessors, compute_mode, ptx_version, unavailable;
    size_t memory, used;
    int retained;
    object *context;
} device;

/* The bytes that a live allocation holds from an address on; 0 outside all of them. */
size_t readable_bytes(const void *address, enum kind kind, int device);

/* Finds ".entry NAME(" in an image, the bytes of its parameters, its largest block and its static shared memory; 0 where there is none. */
int find_entry(const char *image, const char *name, object *function);

/* Judges PTX like the compiler of a driver: a version, a target and an entry; writes what is wrong to the error log. */
int judge_ptx(const char *ptx, const device *device, char *log, size_t log_bytes);

const char *error_name(int result);

#endif
