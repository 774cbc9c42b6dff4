#!/usr/bin/env bash
# Kills `gradus batch` at random moments and starts it again each time: what it writes in the end must be what an
# unbroken run writes, and what was journalled must stay as it is, so that nothing is graded twice.
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

# milliseconds: since the epoch.
milliseconds() {
  echo $((${EPOCHREALTIME/./} / 1000))
}

run() {
  "$gradus" batch "$folder/answers.jsonl" --quiet --output "$folder/out.jsonl"
}

# sound FILE: the length of a journal up to its last whole line.
sound() {
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
mv "$folder/out.jsonl" "$folder/unbroken.jsonl"
rm -r "$folder/out.jsonl.gradus"
size=$(wc -c <"$folder/unbroken.jsonl")
echo "an unbroken run of $answers answers takes $whole ms"

killed=0
runs=1
before=0
sum=
while [ "$killed" -lt "$kills" ]; do
  "$gradus" batch "$folder/answers.jsonl" --quiet --output "$folder/out.jsonl" >"$folder/log" 2>&1 &
  process=$!
  # Rows that are done are passed over, faster than they were graded: that takes part of the time.
  done=$(stat -c %s "$folder/out.jsonl.gradus/results.1" 2>/dev/null || echo 0)
  most=$((whole / 20 + whole * done / size / 2 + 10))
  sleep "$(awk -v most="$most" -v random="$RANDOM" 'BEGIN { print most * random / 32768 / 1000 }')"
  if kill -KILL "$process" 2>/dev/null; then
    killed=$((killed + 1))
  fi
  wait "$process" 2>/dev/null || true
  journal=$folder/out.jsonl.gradus/journal.1
  if [ "$before" -gt 0 ] && [ "$(head -c "$before" "$journal" | cksum)" != "$sum" ]; then
    echo "error: after $killed kills, what was journalled is not as it was" >&2
    exit 1
  fi
  if [ -e "$folder/out.jsonl" ]; then
    cmp "$folder/out.jsonl" "$folder/unbroken.jsonl"
    rm -r "$folder/out.jsonl" "$folder/out.jsonl.gradus"
    runs=$((runs + 1))
    before=0
    continue
  fi
  before=$(sound "$journal")
  sum=$(head -c "$before" "$journal" 2>/dev/null | cksum)
done
run >"$folder/log"
cmp "$folder/out.jsonl" "$folder/unbroken.jsonl"
echo "killed $killed times over $runs runs: the results are those of the unbroken run, byte for byte, and no line that was journalled has changed"
