// What the machine allows: read bandwidth of a working set, and a tile loop that loads nothing. One JSON object.
//
//   ceiling THREADS BYTES
//
// read_gb_s: the best of four ways to read (1 or 4 streams, with and without prefetch), median over repetitions.
// amx_gop_s: bare int8 tile products on registers that stay loaded; null where the machine has no tiles.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>
#include <cpuid.h>
#include <immintrin.h>
#include <omp.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static volatile int sink;

template <class F> static double median_seconds(F work, double seconds_min) {
    using clock = std::chrono::steady_clock;
    work();
    std::vector<double> times;
    auto start = clock::now();
    while (times.size() < 9 || std::chrono::duration<double>(clock::now() - start).count() < seconds_min) {
        auto begun = clock::now();
        work();
        times.push_back(std::chrono::duration<double>(clock::now() - begun).count());
    }
    std::sort(times.begin(), times.end());
    return times[times.size() / 2];
}

template <int STREAMS, int AHEAD> __attribute__((target("avx2"))) static int sum(const char* bytes, size_t count) {
    __m256i sums[8];
    for (auto& s : sums) s = _mm256_setzero_si256();
    const size_t part = count / STREAMS;
    for (size_t i = 0; i < part; i += 256 / STREAMS)
        for (int stream = 0; stream < STREAMS; stream++)
            for (int j = 0; j < 8 / STREAMS; j++) {
                const char* at = bytes + stream * part + i + 32 * j;
                if (AHEAD && j % 2 == 0) _mm_prefetch(at + AHEAD, _MM_HINT_T0);
                __m256i& s = sums[stream * (8 / STREAMS) + j];
                s = _mm256_add_epi32(s, _mm256_load_si256(reinterpret_cast<const __m256i*>(at)));
            }
    for (int j = 1; j < 8; j++) sums[0] = _mm256_add_epi32(sums[0], sums[j]);
    return _mm256_extract_epi32(sums[0], 0) + _mm256_extract_epi32(sums[0], 5);
}

template <int STREAMS, int AHEAD> static double read_rate(const char* bytes, size_t count, int threads) {
    const size_t part = count / threads / 4096 * 4096, rounds = std::max<size_t>(1, (128u << 20) / count);
    double seconds = median_seconds([&] {
#pragma omp parallel num_threads(threads)
        {
            int total = 0;
            for (size_t round = 0; round < rounds; round++) {
                total += sum<STREAMS, AHEAD>(bytes + part * omp_get_thread_num(), part);
                asm volatile("" : : : "memory");
            }
            sink = total;
        }
    }, 0.3);
    return 1e-9 * part * threads * rounds / seconds;
}

static bool has_tiles() {
    unsigned a, b, c, d;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (d >> 24 & 1) && (d >> 25 & 1) && syscall(SYS_arch_prctl, 0x1023, 18) == 0;
}

constexpr size_t TileRounds = 250000;
struct alignas(64) TileConfig { uint8_t palette = 1, start = 0, zero[14] = {}; uint16_t columns[16] = {}; uint8_t rows[16] = {}; };

__attribute__((target("amx-tile,amx-int8"))) static void tiles() {
    alignas(64) static uint8_t buffer[1024];
    TileConfig config;
    for (int i = 0; i < 8; i++) config.columns[i] = 64, config.rows[i] = 16;
    asm volatile("" : : "r"(&config) : "memory");  // gcc 12 sees only 8 bytes of the operand of ldtilecfg
    _tile_loadconfig(&config);
    _tile_zero(0); _tile_zero(1); _tile_zero(2); _tile_zero(3);
    _tile_loadd(4, buffer, 64); _tile_loadd(5, buffer, 64); _tile_loadd(6, buffer, 64); _tile_loadd(7, buffer, 64);
    for (size_t i = 0; i < TileRounds; i++) { _tile_dpbusd(0, 4, 6); _tile_dpbusd(1, 4, 7); _tile_dpbusd(2, 5, 6); _tile_dpbusd(3, 5, 7); }
    _tile_release();
}

int main(int argc, char** argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: ceiling THREADS BYTES\n");
        return 2;
    }
    const int threads = atoi(argv[1]);
    const size_t bytes = std::max<size_t>(strtoull(argv[2], nullptr, 10) / (4096 * threads) * (4096 * threads), 4096 * threads);
    char* memory = static_cast<char*>(aligned_alloc(2u << 20, (bytes + 8192 + (2u << 20) - 1) / (2u << 20) * (2u << 20)));
    madvise(memory, bytes, MADV_HUGEPAGE);
    memset(memory, 1, bytes + 8192);
    double read = std::max({read_rate<1, 0>(memory, bytes, threads), read_rate<1, 4096>(memory, bytes, threads),
                            read_rate<4, 0>(memory, bytes, threads), read_rate<4, 1024>(memory, bytes, threads)});
    printf("{\"threads\": %d, \"bytes\": %zu, \"read_gb_s\": %.3f, \"amx_gop_s\": ", threads, bytes, read);
    if (!has_tiles()) {
        printf("null}\n");
        return 0;
    }
    double seconds = median_seconds([&] {
#pragma omp parallel num_threads(threads)
        tiles();
    }, 0.5);
    printf("%.1f}\n", 1e-9 * TileRounds * 4 * 16 * 16 * 64 * 2 * threads / seconds);
}
