#!/usr/bin/env bash
# Kills `gradus batch` at random moments and restarts it each time. The final output must equal the output of an
# uninterrupted run, and journalled lines must not change, so that no answer is graded twice.
# Usage: cargo build --release && bash evals/killed.sh [KILLS] [ANSWERS]
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
gradus=target/release/gradus
kills=${1:-50}
answers=${2:-200000}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
RANDOM=7

cargo bench --quiet --bench batch -- make "$answers" "$folder/answers.jsonl" >"$folder/log"

# milliseconds: prints the current time in milliseconds since the epoch.
milliseconds() {
  echo $((${EPOCHREALTIME/./} / 1000))
}

run() {
  "$gradus" batch "$folder/answers.jsonl" --quiet --output "$folder/out.jsonl"
}

# complete_length FILE: prints the length of a journal, in bytes, up to the end of its last complete line.
complete_length() {
  local last
  last=$(tail -c 100000 "$1" 2>/dev/null | tail -n 1 | wc -c)
  if [ -n "$(tail -c 1 "$1" 2>/dev/null)" ]; then
    echo $(($(wc -c <"$1") - last))
  else
    wc -c <"$1" 2>/dev/null || echo 0
  fi
}

start=$(milliseconds)
run >"$folder/log"
whole=$(($(milliseconds) - start))
mv "$folder/out.jsonl" "$folder/uninterrupted.jsonl"
rm -r "$folder/out.jsonl.gradus"
size=$(wc -c <"$folder/uninterrupted.jsonl")
echo "an uninterrupted run of $answers answers takes $whole ms"

killed=0
runs=1
before=0
sum=
while [ "$killed" -lt "$kills" ]; do
  "$gradus" batch "$folder/answers.jsonl" --quiet --output "$folder/out.jsonl" >"$folder/log" 2>&1 &
  process=$!
  # Finished rows are skipped in about half the time that grading takes. Allow time for that, or the last rows are
  # never reached.
  done=$(stat -c %s "$folder/out.jsonl.gradus/results.1" 2>/dev/null || echo 0)
  most=$((whole / 20 + whole * done / size / 2 + 10))
  sleep "$(awk -v most="$most" -v random="$RANDOM" 'BEGIN { print most * random / 32768 / 1000 }')"
  if kill -KILL "$process" 2>/dev/null; then
    killed=$((killed + 1))
  fi
  wait "$process" 2>/dev/null || true
  journal=$folder/out.jsonl.gradus/journal.1
  if [ "$before" -gt 0 ] && [ "$(head -c "$before" "$journal" | cksum)" != "$sum" ]; then
    echo "error: after $killed kills, journalled lines have changed" >&2
    exit 1
  fi
  if [ -e "$folder/out.jsonl" ]; then
    cmp "$folder/out.jsonl" "$folder/uninterrupted.jsonl"
    rm -r "$folder/out.jsonl" "$folder/out.jsonl.gradus"
    runs=$((runs + 1))
    before=0
    continue
  fi
  before=$(complete_length "$journal")
  sum=$(head -c "$before" "$journal" 2>/dev/null | cksum)
done
run >"$folder/log"
cmp "$folder/out.jsonl" "$folder/uninterrupted.jsonl"
echo "killed $killed times over $runs runs: the results equal those of an uninterrupted run, byte for byte, and no journalled line has changed"
