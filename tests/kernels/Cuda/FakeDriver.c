/* A CUDA driver without a GPU, for tests: memory, copies and launches go to the test, and any function can be told to fail. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    long long (*allocate)(size_t bytes);
    void (*release)(long long address);
    int (*upload)(long long address, const void *source, size_t bytes);
    int (*download)(long long address, void *target, size_t bytes);
    int (*launch)(const char *entry, unsigned grid_x, unsigned grid_y, unsigned threads, const void *parameters);
} Test;

static Test test;
static char failing[64];
static int failing_status, calls_before_failure, driver_version = 12020, device_count = 1, architecture = 90, live_objects;

void fake_connect(const Test *callbacks) { test = *callbacks; }
void fake_fail(const char *function, int status, int after) { strncpy(failing, function, 63); failing_status = status; calls_before_failure = after; }
void fake_device(int version, int count, int sm) { driver_version = version; device_count = count; architecture = sm; }
int fake_live(void) { return live_objects; }

static int outcome(const char *function) {
    if (strcmp(function, failing) != 0 || calls_before_failure-- > 0) return 0;
    calls_before_failure = 0;
    return failing_status;
}
#define BEGIN(name) { int status = outcome(name); if (status) return status; }

static void *object(const char *text) { char *made = malloc(strlen(text) + 1); strcpy(made, text); live_objects++; return made; }
static int destroy(void *made) { free(made); live_objects--; return 0; }

int cuInit(unsigned flags) { BEGIN("cuInit") return 0; }
int cuDriverGetVersion(int *version) { BEGIN("cuDriverGetVersion") *version = driver_version; return 0; }
int cuGetErrorName(int status, const char **name) {
    switch (status) {
        case 2: *name = "CUDA_ERROR_OUT_OF_MEMORY"; return 0;
        case 46: *name = "CUDA_ERROR_DEVICE_UNAVAILABLE"; return 0;
        case 100: *name = "CUDA_ERROR_NO_DEVICE"; return 0;
        case 218: *name = "CUDA_ERROR_INVALID_PTX"; return 0;
        case 700: *name = "CUDA_ERROR_ILLEGAL_ADDRESS"; return 0;
        default: return 1;
    }
}
int cuDeviceGetCount(int *count) { BEGIN("cuDeviceGetCount") *count = device_count; return 0; }
int cuDeviceGet(int *device, int ordinal) { BEGIN("cuDeviceGet") *device = ordinal; return 0; }
int cuDeviceGetName(char *name, int bytes, int device) { BEGIN("cuDeviceGetName") strncpy(name, "Fake GPU", bytes); return 0; }
int cuDeviceGetAttribute(int *value, int attribute, int device) {
    BEGIN("cuDeviceGetAttribute")
    *value = attribute == 16 ? 1 : attribute == 75 ? architecture / 10 : attribute == 76 ? architecture % 10 : 0;
    return 0;
}
int cuDevicePrimaryCtxRetain(void **context, int device) { BEGIN("cuDevicePrimaryCtxRetain") *context = object("context"); return 0; }
int cuDevicePrimaryCtxRelease_v2(int device) { live_objects--; return 0; }
int cuCtxSetCurrent(void *context) { BEGIN("cuCtxSetCurrent") return 0; }
int cuMemGetInfo_v2(size_t *free_bytes, size_t *total) { BEGIN("cuMemGetInfo") *free_bytes = 1234; *total = 4096; return 0; }
int cuMemAlloc_v2(long long *address, size_t bytes) { BEGIN("cuMemAlloc") *address = test.allocate(bytes); live_objects++; return 0; }
int cuMemFree_v2(long long address) { test.release(address); live_objects--; return 0; }
int cuMemAllocHost_v2(void **address, size_t bytes) { BEGIN("cuMemAllocHost") *address = malloc(bytes); live_objects++; return 0; }
int cuMemFreeHost(void *address) { return destroy(address); }
int cuMemcpyHtoDAsync_v2(long long to, const void *from, size_t bytes, void *stream) { BEGIN("cuMemcpyHtoDAsync") return test.upload(to, from, bytes); }
int cuMemcpyDtoHAsync_v2(void *to, long long from, size_t bytes, void *stream) { BEGIN("cuMemcpyDtoHAsync") return test.download(from, to, bytes); }
int cuMemcpyDtoDAsync_v2(long long to, long long from, size_t bytes, void *stream) { BEGIN("cuMemcpyDtoDAsync") return 0; }
int cuStreamCreate(void **stream, unsigned flags) { BEGIN("cuStreamCreate") *stream = object("stream"); return 0; }
int cuStreamDestroy_v2(void *stream) { return destroy(stream); }
int cuStreamSynchronize(void *stream) { BEGIN("cuStreamSynchronize") return 0; }
int cuEventCreate(void **event, unsigned flags) { BEGIN("cuEventCreate") *event = object("event"); return 0; }
int cuEventDestroy_v2(void *event) { return destroy(event); }
int cuEventRecord(void *event, void *stream) { BEGIN("cuEventRecord") return 0; }
int cuEventSynchronize(void *event) { BEGIN("cuEventSynchronize") return 0; }
int cuEventElapsedTime(float *milliseconds, void *begun, void *ended) { BEGIN("cuEventElapsedTime") *milliseconds = 1; return 0; }

/* "Machine code" is the text CUBIN, so that half a file or another one is seen. */
int cuModuleLoadDataEx(void **module, const void *image, unsigned options, int *names, void **values) {
    BEGIN("cuModuleLoadDataEx")
    if (memcmp(image, "CUBIN", 5) != 0) return 200;
    *module = object("module");
    return 0;
}
int cuModuleUnload(void *module) { return destroy(module); }
int cuModuleGetFunction(void **function, void *module, const char *name) {
    BEGIN("cuModuleGetFunction")
    *function = strcpy(malloc(strlen(name) + 1), name); /* lives as long as the process: functions are not destroyed */
    return 0;
}
int cuFuncGetAttribute(int *value, int attribute, void *function) { BEGIN("cuFuncGetAttribute") *value = attribute == 4 ? 32 : 0; return 0; }
int cuLaunchKernel(void *function, unsigned x, unsigned y, unsigned z, unsigned threads, unsigned ty, unsigned tz, unsigned shared, void *stream,
                   void **parameters, void **extra) {
    BEGIN("cuLaunchKernel")
    return test.launch(function, x, y, threads, parameters[0]);
}

static char *error_log;
int cuLinkCreate_v2(unsigned options, int *names, void **values, void **linker) {
    BEGIN("cuLinkCreate")
    for (unsigned i = 0; i < options; i++) if (names[i] == 5) error_log = values[i];
    *linker = object("linker");
    return 0;
}
int cuLinkAddData_v2(void *linker, int kind, void *data, size_t bytes, const char *name, unsigned options, int *names, void **values) {
    int status = outcome("cuLinkAddData");
    if (status) strcpy(error_log, "ptxas application ptx input, line 7; error : Unknown symbol\n");
    return status;
}
int cuLinkComplete(void *linker, void **image, size_t *bytes) { BEGIN("cuLinkComplete") *image = "CUBIN of the fake"; *bytes = 17; return 0; }
int cuLinkDestroy(void *linker) { return destroy(linker); }
