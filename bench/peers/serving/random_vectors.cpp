// Writes seeded uniform vectors as .npy f4, for a machine without the real factors: random_vectors FILE ROWS DIMENSION
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  size_t rows = atol(argv[2]), dimension = atol(argv[3]);
  std::string shape = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + std::to_string(rows) + ", " + std::to_string(dimension) + "), }";
  shape.append(63 - (10 + shape.size()) % 64, ' ').push_back('\n');  // the data begin at a multiple of 64 bytes
  std::mt19937 random(1);
  std::uniform_real_distribution<float> uniform(-0.5f, 0.5f);
  std::vector<float> values(rows * dimension);
  for (float& value : values) value = uniform(random);
  FILE* file = fopen(argv[1], "wb");
  if (!file) return 1;
  unsigned char head[10] = {0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (unsigned char)shape.size(), (unsigned char)(shape.size() >> 8)};
  bool written = fwrite(head, 1, 10, file) == 10 && fwrite(shape.data(), 1, shape.size(), file) == shape.size()
      && fwrite(values.data(), 4, values.size(), file) == values.size();
  return fclose(file) == 0 && written ? 0 : 1;
}
