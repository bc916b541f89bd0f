/* What the fake driver understands of PTX: the version, the target, the entries and the size of their parameters. */
#include "fake_cuda.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of all ".shared" variables from here to the next entry. */
static size_t shared_bytes(const char *from)
{
    const char *end = strstr(from, ".entry");
    size_t bytes = 0;
    for (const char *at = strstr(from, ".shared ."); at && (!end || at < end); at = strstr(at + 1, ".shared .")) {
        const char *open = at + strcspn(at, "[;");
        bytes += *open == '[' ? strtoul(open + 1, NULL, 10) : 8;
    }
    return bytes;
}

int find_entry(const char *image, const char *name, object *function)
{
    size_t length = strlen(name);
    for (const char *at = strstr(image, ".entry"); at; at = strstr(at + 1, ".entry")) {
        const char *begin = at + strlen(".entry");
        begin += strspn(begin, " \t\r\n");
        if (strncmp(begin, name, length) != 0 || strcspn(begin, " \t\r\n(") != length)
            continue;
        const char *open = strchr(begin, '('), *close = open ? strchr(open, ')') : NULL;
        if (!close)
            return 0;
        function->parameter_bytes = 0;
        for (const char *bracket = open; bracket < close; bracket++) /* .param .align 8 .b8 NAME[BYTES] */
            if (*bracket == '[')
                function->parameter_bytes += strtoul(bracket + 1, NULL, 10);
        const char *body = close + strcspn(close, "{"), *threads = strstr(close, ".maxntid");
        function->threads_max = threads && threads < body ? strtoul(threads + strlen(".maxntid"), NULL, 10) : BLOCK_THREADS_MAX;
        function->shared_bytes = shared_bytes(body);
        return 1;
    }
    return 0;
}

int judge_ptx(const char *ptx, const device *device, char *log, size_t log_bytes)
{
    const char *version = strstr(ptx, ".version"), *target = strstr(ptx, ".target sm_");
    if (!version || !target || !strstr(ptx, ".entry")) {
        snprintf(log, log_bytes, "ptxas fatal   : fake driver: line 1: no .version, .target or .entry");
        return INVALID_PTX;
    }
    if (!strstr(ptx, ".address_size 64")) {
        snprintf(log, log_bytes, "ptxas fatal   : fake driver: 32-bit addresses, which is what PTX that does not say .address_size 64 has");
        return INVALID_PTX;
    }
    if (shared_bytes(strstr(ptx, ".entry") + 1) > SHARED_BYTES_MAX) {
        snprintf(log, log_bytes, "ptxas error   : Entry function uses too much shared data");
        return INVALID_PTX;
    }
    int major = 0, minor = 0;
    sscanf(version, ".version %d.%d", &major, &minor);
    if (10 * major + minor > device->ptx_version) {
        snprintf(log, log_bytes, "ptxas fatal   : Unsupported .version %d.%d; current version is '%d.%d'", major, minor,
            device->ptx_version / 10, device->ptx_version % 10);
        return UNSUPPORTED_PTX_VERSION;
    }
    if (atoi(target + strlen(".target sm_")) > 10 * device->major + device->minor) {
        snprintf(log, log_bytes, "ptxas fatal   : the target is newer than the device");
        return NO_BINARY_FOR_GPU;
    }
    return SUCCESS;
}

const char *error_name(int result)
{
    switch (result) {
    case SUCCESS: return "CUDA_SUCCESS";
    case INVALID_VALUE: return "CUDA_ERROR_INVALID_VALUE";
    case OUT_OF_MEMORY: return "CUDA_ERROR_OUT_OF_MEMORY";
    case NOT_INITIALIZED: return "CUDA_ERROR_NOT_INITIALIZED";
    case DEVICE_UNAVAILABLE: return "CUDA_ERROR_DEVICE_UNAVAILABLE";
    case NO_DEVICE: return "CUDA_ERROR_NO_DEVICE";
    case INVALID_DEVICE: return "CUDA_ERROR_INVALID_DEVICE";
    case INVALID_IMAGE: return "CUDA_ERROR_INVALID_IMAGE";
    case INVALID_CONTEXT: return "CUDA_ERROR_INVALID_CONTEXT";
    case NO_BINARY_FOR_GPU: return "CUDA_ERROR_NO_BINARY_FOR_GPU";
    case INVALID_PTX: return "CUDA_ERROR_INVALID_PTX";
    case UNSUPPORTED_PTX_VERSION: return "CUDA_ERROR_UNSUPPORTED_PTX_VERSION";
    case INVALID_HANDLE: return "CUDA_ERROR_INVALID_HANDLE";
    case ILLEGAL_STATE: return "CUDA_ERROR_ILLEGAL_STATE";
    case NOT_FOUND: return "CUDA_ERROR_NOT_FOUND";
    case ILLEGAL_ADDRESS: return "CUDA_ERROR_ILLEGAL_ADDRESS";
    case NOT_READY: return "CUDA_ERROR_NOT_READY";
    case CONTEXT_IS_DESTROYED: return "CUDA_ERROR_CONTEXT_IS_DESTROYED";
    case STREAM_CAPTURE_UNSUPPORTED: return "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED";
    case STREAM_CAPTURE_INVALIDATED: return "CUDA_ERROR_STREAM_CAPTURE_INVALIDATED";
    case STREAM_CAPTURE_ISOLATION: return "CUDA_ERROR_STREAM_CAPTURE_ISOLATION";
    case CAPTURED_EVENT: return "CUDA_ERROR_CAPTURED_EVENT";
    case STREAM_CAPTURE_WRONG_THREAD: return "CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD";
    default: return NULL;
    }
}
