#!/usr/bin/env bash
# Keeps a report beside the code, with what is needed to read it later: bench/keep-report.sh NAME TITLE < report.md
# NOTE=… adds a remark, such as what else ran on the machine. Prints the file's path on standard error.
set -euo pipefail
cd "$(dirname "$0")/.."
model=$(lscpu | sed -n 's/^Model name: *//p' | head -n 1)
cpu=$(sed 's/([A-Za-z]*)//g; s/[^A-Za-z0-9]\{1,\}/-/g; s/^-//; s/-$//' <<< "$model" | tr '[:upper:]' '[:lower:]')
file=bench/results/${cpu:-unknown}/$1.md
mkdir -p "$(dirname "$file")"
{
  echo "# $2"
  echo
  echo "- date: $(date -u +%Y-%m-%d), commit $(git rev-parse --short HEAD)$(git diff --quiet HEAD -- . ':!bench/results' || echo ' with local changes')"
  echo "- machine: $model, $(nproc) cores, load average $(cut -d ' ' -f 1 /proc/loadavg) at the end, Linux $(uname -r | cut -d - -f 1)"
  echo "- tools: .NET SDK $(dotnet --version), $(g++ --version 2> /dev/null | head -n 1 || echo 'no g++')"
  [ -z "${NOTE:-}" ] || echo "- note: $NOTE"
  echo
  cat
} > "$file"
echo "$file" >&2
