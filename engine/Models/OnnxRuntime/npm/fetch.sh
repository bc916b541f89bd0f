#!/bin/sh
# Installs the pinned package into FOLDER and keeps only the native libraries: FOLDER/x64/libonnxruntime.so.1 and FOLDER/arm64/…
# Does nothing where they are already there. Never fails a build: without them everything but models builds and runs.
set -u
here=$(cd "$(dirname "$0")" && pwd)
folder=$1
stamp=$folder/package-lock.json
mkdir -p "$folder" || exit 0
if command -v flock >/dev/null; then exec 9>"$folder/lock"; flock 9; fi # builds of several projects run at once
cmp -s "$here/package-lock.json" "$stamp" && exit 0
rm -f "$stamp"
if ! command -v npm >/dev/null; then
  echo "ONNX Runtime: npm was not found, so models will not run (install npm and build again, or build with -p:OnnxRuntime=nuget)"
  exit 0
fi
work=$folder/install
rm -rf "$work" && mkdir -p "$work" && cp "$here/package.json" "$here/package-lock.json" "$work/"
if ! (cd "$work" && npm ci --ignore-scripts --no-audit --no-fund --fetch-retries=1 --fetch-timeout=60000 >npm.log 2>&1); then
  echo "ONNX Runtime: npm ci failed, so models will not run: $(grep -m 1 -i error "$work/npm.log" || tail -n 1 "$work/npm.log")"
  exit 0
fi
for machine in x64 arm64; do
  mkdir -p "$folder/$machine"
  mv "$work/node_modules/onnxruntime-node/bin/napi-v6/linux/$machine/libonnxruntime.so.1" "$folder/$machine/" || exit 0
done
rm -rf "$work"
cp "$here/package-lock.json" "$stamp" # last: says that all of it is there
