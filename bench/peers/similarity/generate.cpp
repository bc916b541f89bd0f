// Makes seeded unit vectors as .npy f4 files: BASE.npy [rows, dimension] and QUERIES.npy [queries, dimension].
//
//   generate SET ROWS DIMENSION QUERIES BASE.npy QUERIES.npy
//
// SET rand: directions spread evenly. SET spec: 2,000 clusters whose centres and noise share a decaying spectrum (about 37 effective
// dimensions of 128), turned by a fixed rotation; close to learned embeddings. The dimension of spec is a power of two.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

struct Random {  // splitmix64, seeded per row; Box-Muller
    uint64_t state;
    Random(uint64_t seed, uint64_t row) : state(seed * 0x9E3779B97F4A7C15ull ^ (row + 1) * 0xD1B54A32D192ED03ull) { next(); }
    uint64_t next() {
        uint64_t z = (state += 0x9E3779B97F4A7C15ull);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
        return z ^ (z >> 31);
    }
    void normals(float* out, size_t count) {
        for (size_t i = 0; i < count; i += 2) {
            uint64_t r = next();
            float u = ((r >> 40) + 1) * (1.0f / 16777217.0f), v = (r & 0xFFFFFF) * (6.2831853f / 16777216.0f);
            float m = std::sqrt(-2.0f * std::log(u));
            out[i] = m * std::cos(v);
            if (i + 1 < count) out[i + 1] = m * std::sin(v);
        }
    }
};

static void normalise(float* x, size_t dimension) {
    double sum = 0;
    for (size_t i = 0; i < dimension; i++) sum += double(x[i]) * x[i];
    float scale = float(1 / std::sqrt(sum));
    for (size_t i = 0; i < dimension; i++) x[i] *= scale;
}

static void decay(float* x, size_t dimension) {
    for (size_t i = 0; i < dimension; i++) x[i] *= std::pow(float(i + 1), -0.4f);
}

static void rotate(float* x, size_t dimension) {  // signs and a Hadamard transform, twice
    for (int round = 0; round < 2; round++) {
        Random signs(99 + round, 0);
        for (size_t i = 0; i < dimension; i++)
            if (signs.next() & 1024) x[i] = -x[i];
        for (size_t half = 1; half < dimension; half *= 2)
            for (size_t i = 0; i < dimension; i += 2 * half)
                for (size_t j = i; j < i + half; j++) {
                    float a = x[j], b = x[j + half];
                    x[j] = a + b;
                    x[j + half] = a - b;
                }
    }
}

static void write(const char* path, size_t rows, size_t dimension, uint64_t seed, bool clustered, const std::vector<float>& centres) {
    std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + std::to_string(rows) + ", " + std::to_string(dimension) + "), }";
    header.resize((10 + header.size() + 1 + 63) / 64 * 64 - 11, ' ');
    header += '\n';
    FILE* file = fopen(path, "wb");
    uint16_t length = uint16_t(header.size());
    bool ok = file && fwrite("\x93NUMPY\x01\x00", 1, 8, file) == 8 && fwrite(&length, 2, 1, file) == 1
        && fwrite(header.data(), 1, header.size(), file) == header.size();
    std::vector<float> block(4096 * dimension);
    for (size_t first = 0; ok && first < rows; first += 4096) {
        size_t count = std::min<size_t>(4096, rows - first);
#pragma omp parallel for
        for (size_t i = 0; i < count; i++) {
            Random random(seed, first + i);
            float* x = block.data() + i * dimension;
            size_t cluster = random.next() % (clustered ? centres.size() / dimension : 1);
            random.normals(x, dimension);
            if (clustered) {
                decay(x, dimension);
                for (size_t j = 0; j < dimension; j++) x[j] += centres[cluster * dimension + j];
                rotate(x, dimension);
            }
            normalise(x, dimension);
        }
        ok = fwrite(block.data(), sizeof(float), count * dimension, file) == count * dimension;
    }
    if (!ok || fclose(file) != 0) {
        fprintf(stderr, "cannot write %s\n", path);
        exit(1);
    }
}

int main(int argc, char** argv) {
    if (argc != 7) {
        fprintf(stderr, "usage: generate rand|spec ROWS DIMENSION QUERIES BASE.npy QUERIES.npy\n");
        return 2;
    }
    bool clustered = std::string(argv[1]) == "spec";
    size_t rows = strtoull(argv[2], nullptr, 10), dimension = strtoull(argv[3], nullptr, 10), queries = strtoull(argv[4], nullptr, 10);
    const size_t clusters = 2000;
    const uint64_t seed = 42;
    std::vector<float> centres(clusters * dimension);
    for (size_t i = 0; i < clusters; i++) {
        Random random(seed + 7, i);
        random.normals(centres.data() + i * dimension, dimension);
        decay(centres.data() + i * dimension, dimension);
    }
    write(argv[5], rows, dimension, seed, clustered, centres);
    write(argv[6], queries, dimension, seed + 1, clustered, centres);
}
