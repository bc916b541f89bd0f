#!/usr/bin/env bash
# SCORE of 100 candidates at dimension 64 on loopback: rubato against gRPC C++, alternating on one machine.
#
#   bench/peers/serving/run.sh [RUBATO_BINARY]
#
# Environment: RUBATO_BIN (binary; published when neither is given), RUBATO_DATA (data folder, default ../shared/data),
# ROUNDS (5), ROUND_SECONDS (3), ALLOCATION_REQUESTS (1000000), REPORT=1 (keeps bench/results/<cpu>/serving.md).
# Standard output is one JSON object: both sides' medians over the rounds, their ratios, and what one request allocates.
set -euo pipefail
cd "$(dirname "$0")/../../.."
here=bench/peers/serving obj=bench/peers/serving/obj
rounds=${ROUNDS:-5} seconds=${ROUND_SECONDS:-3} requests=${ALLOCATION_REQUESTS:-1000000}
data=${RUBATO_DATA:-../shared/data}
mkdir -p "$obj"
log() { echo "$*" >&2; }

packages() {
  local missing=()
  for package in g++ libgrpc++-dev libprotobuf-dev protobuf-compiler protobuf-compiler-grpc; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  log "installing ${missing[*]}"
  apt-get install -y --no-install-recommends "${missing[@]}" >&2 || { log "these Debian packages are needed: ${missing[*]}"; exit 1; }
}

build_peer() {
  [ "$obj/peer" -nt "$here/grpc_peer.cpp" ] && [ "$obj/random_vectors" -nt "$here/random_vectors.cpp" ] && return
  packages
  log "building the peer"
  protoc -I "$here" --cpp_out="$obj" --grpc_out="$obj" --plugin=protoc-gen-grpc="$(command -v grpc_cpp_plugin)" "$here/score.proto"
  g++ -O2 -std=c++17 -I "$obj" "$here/grpc_peer.cpp" "$obj/score.pb.cc" "$obj/score.grpc.pb.cc" -o "$obj/peer" \
    -lgrpc++ -lgrpc -lgpr -lprotobuf -labsl_synchronization -lpthread
  g++ -O2 -std=c++17 "$here/random_vectors.cpp" -o "$obj/random_vectors"
}

# The n-th field of a JSON object of numbers, the median of a file of numbers, one metric (summed over its labels).
field() { sed -n "s/.*\"$1\":\([-0-9.eE+]*\).*/\1/p"; }
median() { sort -g "$1" | awk '{ v[NR] = $1 } END { print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
metric() { curl -sf "http://$admin/metrics" | awk -v name="$1" '$1 ~ "^" name "([{]|$)" { sum += $2 } END { printf "%.0f\n", sum }'; }

# A line of JSON of one measurement → its three numbers, each appended to a file of its own.
keep() {
  local line
  line=$(tail -n 1)
  case $line in *'"errors":{"'*) log "refused requests: $line"; exit 1 ;; esac
  for name in p50_us p99_us requests_per_second; do field "$name" <<< "$line" >> "$obj/$1.$name"; done
  log "  $1: p50 $(field p50_us <<< "$line") µs, p99 $(field p99_us <<< "$line") µs, $(field requests_per_second <<< "$line") per second"
}

build_peer
rubato=${1:-${RUBATO_BIN:-}}
if [ -z "$rubato" ]; then
  log "publishing rubato"
  dotnet publish server -c Release -r linux-x64 -o out/rubato >&2
  rubato=out/rubato/rubato
fi

vectors=$data/music-cds/tracks.npy
if [ ! -f "$vectors" ]; then
  vectors=$obj/random.npy
  "$obj/random_vectors" "$vectors" 35648 64
fi
"$rubato" catalogue build --vectors "$vectors" --out "$obj/serving.rbt" >&2

rubato_pid='' grpc_pid=''
stop_servers() { for pid in $rubato_pid $grpc_pid; do kill "$pid" 2>/dev/null || true; done; }
trap stop_servers EXIT
: > "$obj/rubato.out"; : > "$obj/grpc.out"
"$rubato" serve --catalogue "$obj/serving.rbt" --listen 127.0.0.1:0 --admin 127.0.0.1:0 > "$obj/rubato.out" 2> "$obj/rubato.log" & rubato_pid=$!
"$obj/peer" server > "$obj/grpc.out" & grpc_pid=$!
for _ in $(seq 100); do [ -s "$obj/rubato.out" ] && [ -s "$obj/grpc.out" ] && break; sleep 0.1; done
[ -s "$obj/rubato.out" ] && [ -s "$obj/grpc.out" ] || { log "a server did not start"; cat "$obj/rubato.log" >&2; exit 1; }
read -r _ _ _ listen _ admin < "$obj/rubato.out"
read -r port < "$obj/grpc.out"

load() { "$rubato" load --target "$listen" --candidates 100 --json "$@"; }
rm -f "$obj"/*.p50_us "$obj"/*.p99_us "$obj"/*.requests_per_second
for round in $(seq "$rounds"); do
  log "round $round of $rounds"
  "$obj/peer" client "$port" 1 "$seconds" | keep grpc_1
  load --in-flight 1 --seconds "$seconds" | keep rubato_1
  "$obj/peer" client "$port" 32 "$seconds" | keep grpc_32
  load --connections 4 --in-flight 32 --seconds "$seconds" | keep rubato_32
done

log "what $requests requests allocate"
allocated=$(metric rubato_process_allocated_bytes_total) answered=$(metric rubato_requests_total)
load --connections 4 --in-flight 32 --seconds 600 --requests "$requests" > /dev/null
allocated=$(($(metric rubato_process_allocated_bytes_total) - allocated)) answered=$(($(metric rubato_requests_total) - answered))

value() { median "$obj/$1"; }
side() { echo "\"${1}_p50_us\":$(value "$1_1.p50_us"),\"${1}_p99_us\":$(value "$1_1.p99_us"),\"${1}_calls_per_second_32\":$(value "$1_32.requests_per_second"),\"${1}_p99_us_32\":$(value "$1_32.p99_us")"; }
ratio() { awk -v a="$(value "rubato_$1")" -v b="$(value "grpc_$1")" 'BEGIN { printf "%.3f", a / b }'; }
json="{$(side rubato),$(side grpc),\"p50_ratio\":$(ratio 1.p50_us),\"p99_ratio\":$(ratio 1.p99_us),\"throughput_ratio\":$(ratio 32.requests_per_second),"
json+="\"rounds\":$rounds,\"round_seconds\":$seconds,\"requests\":$answered,\"allocated_bytes\":$allocated,"
json+="\"allocated_bytes_per_request\":$(awk -v a="$allocated" -v n="$answered" 'BEGIN { printf "%.4f", a / n }')}"
log "aims: p50_ratio ≤ 0.5, p99_ratio ≤ 0.7, throughput_ratio ≥ 10, allocated_bytes_per_request < 1"
echo "$json"
if [ "${REPORT:-0}" = 1 ]; then
  printf '%s\n' "$json" | tr ',' '\n' | tr -d '{}"' | sed 's/^\(.*\):\(.*\)$/| \1 | \2 |/; 1i | value, medians over the rounds | |\n| --- | ---: |' \
    | bench/keep-report.sh serving "SCORE of 100 candidates at D = 64 on loopback, rubato against gRPC C++ $(pkg-config --modversion grpc++ 2>/dev/null || echo "of Debian")"
fi
