#!/usr/bin/env bash
# Measures how long `gradus grade` takes as a process and on large inputs, and its memory if GNU time is installed.
# Usage: cargo build --release && bash evals/speed.sh
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
gradus=target/release/gradus
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# fastest NAME COMMAND ...: prints the fastest and the median of 40 runs, in milliseconds.
fastest() {
  local name=$1 start
  shift
  for _ in $(seq 40); do
    start=${EPOCHREALTIME/./}
    "$@" >"$folder/out" 2>&1
    printf '%d\n' $((${EPOCHREALTIME/./} - start))
  done | sort -n | awk -v name="$name" '{ t[NR] = $1 / 1000 } END { printf "%-28s %6.1f ms %6.1f ms\n", name, t[1], t[NR / 2] }'
}

# once NAME COMMAND ...: prints the time of one run, in seconds, and its maximum memory.
once() {
  local name=$1
  shift
  if [ -x /usr/bin/time ]; then
    /usr/bin/time -f "$name: %e s, %M KB" "$@" >"$folder/out"
  else
    TIMEFORMAT="$name: %R s"
    time "$@" >"$folder/out"
  fi
}

draft=evals/drafts/lead-major-incident-telco.md
sed 1,5d "$draft" >"$folder/unnamed.md"
echo 'fastest and median of 40 runs'
fastest 'question named' "$gradus" grade "$draft"
fastest 'question found' "$gradus" grade "$folder/unnamed.md"
fastest 'config show' "$gradus" config show

sentence='We rolled the release back within five minutes and told customers on the status page. '
yes "$sentence" | tr -d '\n' | head -c 50000000 >"$folder/prose" || true
yes a | tr -d '\n' | head -c 50000000 >"$folder/word" || true
yes 'We paged the on-call. ' | head -n 100000 | tr -d '\n' >"$folder/sentences" || true
awk 'BEGIN { srand(1); for (i = 0; i < 3000000; i++) { w = ""; n = 3 + int(rand() * 7); for (j = 0; j < n; j++) w = w sprintf("%c", 97 + int(rand() * 26)); printf "%s ", w } }' >"$folder/words"
once 'named' "$gradus" grade "$draft"
once 'found' "$gradus" grade "$folder/unnamed.md"
for input in prose word sentences words; do
  once "$input, $(wc -c <"$folder/$input") bytes" "$gradus" grade --quiet --question lead-major-incident "$folder/$input"
done
