#!/usr/bin/env bash
# Checks and measures a published rubato on this machine's CUDA devices; results go to bench/results/<gpu>/, or to OUT.
# Needs the binary and the NVIDIA driver, nothing else: no .NET, no CUDA toolkit. See README.md beside this file.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
rubato=${1:-$here/../../out/rubato/rubato}
[ -x "$rubato" ] || { echo "usage: run.sh [path/to/rubato]; publish it first (bench/gpu/README.md)" >&2; exit 2; }
rubato=$(cd "$(dirname "$rubato")" && pwd)/$(basename "$rubato")
rows=${ROWS:-1000000 10000000} # 10,000,000 rows, and the 100,000,000 edges beside them, take about 10 GB of memory here and 8 GB there
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
fail() { echo "not measured: $1" >&2; exit 1; }

echo "== correctness first: every variant, every set, each result against the reference"
if ! "$rubato" doctor --gpu --gpu-rows 1000 --json >"$work/correctness.json"; then
  grep -q '"gpu":{"available":true' "$work/correctness.json" || fail "there is no usable CUDA device"
  mkdir -p "${OUT:-.}" && cp "$work/correctness.json" "${OUT:-.}/cuda-failed.json"
  fail "the check failed; what was found is in ${OUT:-.}/cuda-failed.json"
fi

gpu=$(sed -n 's/.*"gpu":{.*"devices":\[{"name":"\([^"]*\)".*/\1/p' "$work/correctness.json" | tr 'A-Z ' 'a-z-' | tr -cd 'a-z0-9-')
out=${OUT:-$here/../results/$gpu}
[ -n "$gpu" ] || fail "the check names no device"
mkdir -p "$out"
cp "$work/correctness.json" "$out/cuda-correctness.json"

echo "== throughput and copy bandwidth, in one run for each size"
for n in $rows; do
  "$rubato" doctor --gpu --gpu-rows "$n" >"$work/report-$n.txt" || fail "the check failed with $n rows"
  "$rubato" doctor --gpu --gpu-rows "$n" --json >"$out/cuda-$n.json" || fail "the check failed with $n rows"
done

# Where a toolkit is at hand, its assembler compiles every module too, and what it says about registers and spills is kept.
ptxas=""
if command -v ptxas >/dev/null && [ -d "$here/../../kernels/Cuda/Ptx" ]; then
  arch=sm_$(sed -n 's/.*"capability":"\([0-9]*\)\.\([0-9]*\)".*/\1\2/p' "$work/correctness.json")
  for module in "$here"/../../kernels/Cuda/Ptx/*.ptx; do
    ptxas+="$(ptxas -v -arch="$arch" -o /dev/null "$module" 2>&1)"$'\n'
  done
fi

driver=$(sed -n '1s/.* \([0-9][0-9]*\.[0-9.]*\) .*/\1/p' /proc/driver/nvidia/version 2>/dev/null || true)
{
  echo "# CUDA scan on $gpu"
  echo
  echo "$(date -u +%Y-%m-%d), $(uname -sr), driver ${driver:-unknown}, "
  echo "commit $(git -C "$here" rev-parse --short HEAD 2>/dev/null || echo unknown). Command: \`bench/gpu/run.sh\`, rows: $rows. The JSON files beside this one"
  echo "are from runs of their own."
  for n in $rows; do
    echo; echo "## $n rows of 128"; echo; echo '```'; sed -n '/compute capability/,$p' "$work/report-$n.txt"; echo '```'
  done
  if [ -n "$ptxas" ]; then echo; echo "## ptxas"; echo; echo '```'; printf '%s' "$ptxas"; echo '```'; fi
} >"$out/cuda.md"
echo "kept: $out/cuda.md"
