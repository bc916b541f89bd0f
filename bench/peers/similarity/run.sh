#!/usr/bin/env bash
# Exact top-k: rubato against Debian's FAISS IndexFlatIP on the same .npy files, alternating on one machine, one thread each and two.
#
#   bench/peers/similarity/run.sh [RUBATO_BINARY]
#
# Environment: RUBATO_BIN (binary; published when neither is given), RUBATO_DATA (data folder, default ../shared/data), WORK (scratch folder
# of about 2.5 GB, default bench/peers/similarity/obj), ROWS (1000000), SETS ("rand spec music-cds sift-5k"), THREADS ("1 2"),
# BATCHES (1,8,64,1024), ROUNDS (5), VARIANT (forced scan variant), OPENBLAS_CORETYPE (chosen from the CPU's flags when it is not set).
# Standard output: one JSON object per set and number of threads.
set -euo pipefail
cd "$(dirname "$0")/../../.."
here=bench/peers/similarity work=${WORK:-bench/peers/similarity/obj}
data=${RUBATO_DATA:-../shared/data} rows=${ROWS:-1000000} rounds=${ROUNDS:-5} dimension=128 query_count=1024
python=/usr/bin/python3 # Debian's, which has its packages
mkdir -p "$work"
log() { echo "$*" >&2; }

packages() {
  local missing=()
  for package in g++ python3-faiss python3-numpy libopenblas0-openmp; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  log "installing ${missing[*]}"
  apt-get install -y --no-install-recommends "${missing[@]}" >&2 || { log "these Debian packages are needed: ${missing[*]}"; exit 1; }
}

build() { # build NAME: compiles NAME.cpp where it is newer
  [ "$work/$1" -nt "$here/$1.cpp" ] || g++ -O3 -std=c++17 -fopenmp -o "$work/$1" "$here/$1.cpp"
}

binary() {
  [ -n "${1:-${RUBATO_BIN:-}}" ] && { echo "${1:-$RUBATO_BIN}"; return; }
  log "publishing rubato"
  dotnet publish server -c Release -r "linux-$(uname -m | sed 's/x86_64/x64/;s/aarch64/arm64/')" -o "$work/rubato" >&2
  echo "$work/rubato/rubato"
}

# Debian's OpenBLAS does not know every CPU and then falls back to SSE3 kernels, which would flatter us.
blas_kernels() {
  if grep -q avx512_bf16 /proc/cpuinfo; then echo SapphireRapids
  elif grep -q avx512f /proc/cpuinfo; then echo SkylakeX
  else echo Haswell; fi
}

vectors() { # vectors SET: makes $work/SET.base.npy and $work/SET.queries.npy
  local base=$work/$1.base.npy queries=$work/$1.queries.npy
  case $1 in
    rand|spec)
      base=$work/$1-$rows.base.npy queries=$work/$1-$rows.queries.npy
      [ -f "$base" ] && [ -f "$queries" ] || { log "making $base"; "$work/generate" "$1" "$rows" "$dimension" "$query_count" "$base" "$queries"; } ;;
    music-cds)
      [ -f "$base" ] || "$python" -c 'import sys, numpy as np; np.save(sys.argv[3], np.load(sys.argv[1])); np.save(sys.argv[4], np.load(sys.argv[2])[:int(sys.argv[5])])' \
        "$data/music-cds/tracks.npy" "$data/music-cds/listeners.npy" "$base" "$queries" "$query_count" ;;
    sift-5k) # the last column is an id; three real queries, then rows of the base
      [ -f "$base" ] || "$python" -c 'import sys, numpy as np
base, queries = (np.loadtxt(path, dtype=np.float32)[:, :128] for path in sys.argv[1:3])
np.save(sys.argv[3], base)
np.save(sys.argv[4], np.concatenate([queries, base])[:int(sys.argv[5])])' \
        "$data/sift-5k/sift-dataset-5k.tsv.gz" "$data/sift-5k/sift-query-3.tsv.gz" "$base" "$queries" "$query_count" ;;
    *) log "no set $1 (rand, spec, music-cds, sift-5k)"; exit 2 ;;
  esac
  echo "$base $queries"
}

processors() { # processors N: the last N that this process may use
  "$python" -c 'import os, sys; print(*sorted(os.sched_getaffinity(0))[-int(sys.argv[1]):], sep=",")' "$1"
}

packages
build generate
build ceiling
rubato=$(binary "${1:-}")
export OPENBLAS_CORETYPE=${OPENBLAS_CORETYPE:-$(blas_kernels)} OMP_WAIT_POLICY=passive
for set in ${SETS:-rand spec music-cds sift-5k}; do
  files=$(vectors "$set")
  read -r base queries <<<"$files"
  catalogue=${base%.base.npy}.rbt
  [ "$catalogue" -nt "$base" ] || "$rubato" catalogue build --vectors "$base" --out "$catalogue" >&2
  for threads in ${THREADS:-1 2}; do
    log "$set, $threads threads"
    taskset -c "$(processors "$threads")" "$python" "$here/compare.py" --set "$set" --base "$base" --queries "$queries" --catalogue "$catalogue" \
      --rubato "$rubato" --ceiling "$work/ceiling" --work "$work" --threads "$threads" --rounds "$rounds" --batches "${BATCHES:-1,8,64,1024}" \
      ${VARIANT:+--variant "$VARIANT"}
  done
done
