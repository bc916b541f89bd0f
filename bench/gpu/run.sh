#!/usr/bin/env bash
# Checks and measures a published rubato on this machine's CUDA devices; results go to bench/results/<gpu>/, or to OUT.
# Needs the binary and the NVIDIA driver, nothing else: no .NET, no CUDA toolkit. See README.md beside this file.
# A GPU may be at hand for minutes and once: every step has a time limit and leaves what it found at once, and none stops one that could still tell something.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
rubato=${1:-$here/../../out/rubato/rubato}
[ -x "$rubato" ] || chmod +x "$rubato" 2>/dev/null || { echo "usage: run.sh [path/to/rubato]; publish it first (bench/gpu/README.md)" >&2; exit 2; }
rubato=$(cd "$(dirname "$rubato")" && pwd)/$(basename "$rubato")
OUT=${OUT:-}
rows=${ROWS:-1000000 10000000} # 10,000,000 rows, and the 100,000,000 edges beside them, take about 10 GB of memory here and 8 GB there
end=${LIMIT_SECONDS:-540} # of everything
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
failures=()

say() { printf '== %4d s: %s\n' "$SECONDS" "$*"; }
note() { echo "   $1" >&2; failures+=("$1"); }
limited() { # SECONDS COMMAND…: its exit code; 124 and 137 where it was stopped
  local seconds=$(($1 < end - SECONDS ? $1 : end - SECONDS)); shift
  [ $seconds -gt 0 ] || return 124
  if command -v timeout >/dev/null; then timeout -k 10 $seconds "$@"; else "$@"; fi
}
is_late() { [ "$1" = 124 ] || [ "$1" = 137 ]; } # CODE
doctor() { # NAME ROWS SECONDS: leaves NAME.json, NAME.txt and NAME.err in the work folder
  limited "$3" "$rubato" doctor --gpu --gpu-rows "$2" --tables "$work/$1.txt" --json >"$work/$1.json" 2>"$work/$1.err"
}
why() { # NAME CODE: what a run of doctor that failed said last, in one line
  is_late "$2" && printf 'it was stopped after its time limit: '
  tail -n 1 "$work/$1.err" | cut -c 1-1000
}

# Containers and virtual machines have the driver in a folder of their own, which not every loader is told of.
for folder in /usr/local/nvidia/lib64 /usr/local/nvidia/lib /usr/lib/wsl/lib; do
  if [ -e "$folder/libcuda.so.1" ]; then export LD_LIBRARY_PATH=${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$folder; fi
done
PATH=$PATH:/usr/local/cuda/bin:/usr/local/nvidia/bin

say "correctness first: every variant, every set, each result against the reference"
doctor correctness 1000 90; code=$?
gpu=$(sed -n 's/.*"gpu":{.*"devices":\[{"name":"\([^"]*\)".*/\1/p' "$work/correctness.json" | tr 'A-Z ' 'a-z-' | tr -cd 'a-z0-9-')
if [ -z "$gpu$OUT" ]; then
  echo "not measured: there is no usable CUDA device: $(why correctness $code)" >&2
  exit 1
fi
out=${OUT:-$here/../results/$gpu}
mkdir -p "$out" || exit 1
cp "$work/correctness.json" "$out/cuda-correctness.json"
driver=$(sed -n '1s/.* \([0-9][0-9]*\.[0-9.]*\) .*/\1/p' /proc/driver/nvidia/version 2>/dev/null)
[ -n "$driver" ] || driver=$(limited 30 nvidia-smi --query-gpu=driver_version --format=csv,noheader 2>/dev/null | head -n 1)
{
  echo "# CUDA scan on ${gpu:-an unknown device}"
  echo
  echo "$(date -u +%Y-%m-%d), $(uname -sr), driver ${driver:-unknown},"
  echo "commit ${COMMIT:-$(git -C "$here" rev-parse --short HEAD 2>/dev/null || echo unknown)}. Command: \`bench/gpu/run.sh\`, rows: $rows."
} >"$out/cuda.md"
section() { { echo; echo "## $1"; echo; echo '```'; cat; echo '```'; } >>"$out/cuda.md"; } # TITLE, text on standard input

if [ $code != 0 ]; then
  note "the check failed: $(why correctness $code)"
  { cat "$work/correctness.err"; echo; cat "$work/correctness.txt"; } 2>/dev/null | section "The check failed"
  tools="memcheck racecheck"
  if is_late $code; then tools="synccheck memcheck"; else
    say "the same with launches that wait, which name the kernel that fails"
    CUDA_LAUNCH_BLOCKING=1 doctor blocking 1000 60
    { cat "$work/blocking.err"; grep FAILED "$work/blocking.txt"; } 2>/dev/null | section "With launches that wait"
  fi
  for tool in $(command -v compute-sanitizer >/dev/null && echo "$tools"); do
    say "compute-sanitizer, $tool"
    limited 75 compute-sanitizer --tool "$tool" --destroy-on-device-error kernel --print-limit 20 "$rubato" doctor --gpu --gpu-rows 1000 2>&1 \
      | cut -c 1-300 | head -n 200 | section "compute-sanitizer, $tool"
  done
fi

# Where a toolkit is at hand, its assembler compiles every module too, and what it says about registers and spills is kept.
if command -v ptxas >/dev/null && [ -d "$here/../../kernels/Cuda/Ptx" ]; then
  say "ptxas"
  arch=$(sed -n 's/.*"devices":\[{[^}]*"capability":"\([0-9]*\)\.\([0-9]*\)".*/\1\2/p' "$work/correctness.json")
  for module in "$here"/../../kernels/Cuda/Ptx/*.ptx; do
    limited 60 ptxas -v -arch="sm_${arch:-90}" -o /dev/null "$module" 2>&1 || echo "${module##*/}: exit code $?"
    if grep -q minnctapersm "$module"; then # what the limit of registers costs
      echo "without .minnctapersm:"
      grep -v minnctapersm "$module" >"$work/unlimited.ptx"; limited 60 ptxas -v -arch="sm_${arch:-90}" -o /dev/null "$work/unlimited.ptx" 2>&1
    fi
  done | section "ptxas"
fi

[ -n "$gpu" ] || rows="" # nothing can be measured
torch=$(for python in ${PYTHON:-python3} python; do limited 60 "$python" -c 'import torch; torch.zeros(1).cuda()' >/dev/null 2>&1 && { echo "$python"; break; }; done)
compare() { # ROWS: 1,024 queries by PyTorch, of numbers like those that doctor takes
  [ -n "$torch" ] || return 0
  local said; said=$(limited 60 "$torch" "$here/topk_torch.py" "$1" 128 1024 100 2>&1 | tail -n 1)
  echo "$said" | section "PyTorch, $1 rows, 1,024 queries"
  case $said in '{'*) echo "$said" >>"$out/cuda-torch.jsonl" ;; esac
}
for n in $rows; do
  say "throughput and copy bandwidth, $n rows"
  compare "$n"
  doctor "$n" "$n" 240; code=$?
  cp "$work/$n.json" "$out/cuda-$n.json"
  sed -n '/compute capability/,$p' "$work/$n.txt" 2>/dev/null | section "$n rows of 128"
  [ $code = 0 ] || note "the check failed with $n rows: $(why "$n" $code)"
  compare "$n"
done
say "kept: $out/cuda.md"
for failure in "${failures[@]}"; do echo "FAILED: $failure" | tee -a "$out/cuda.md" >&2; done
[ ${#failures[@]} = 0 ]
