#!/usr/bin/env bash
# Measures how far the offline scorer agrees with people: drafts a bank from the references of each set of graded
# answers in a folder, grades the answers, calibrates, and prints one table.
# Usage: cargo build --release && bash evals/agreement.sh DIR
#
# DIR holds folders with `questions.jsonl` (the input of `gradus bank draft`) and `answers.jsonl` (the input of
# `gradus eval`). The cut of two-valued scores is fitted on the split `train` if there is one.
set -euo pipefail

sets=${1:?name the folder that holds the sets}
gradus=$(dirname "${BASH_SOURCE[0]}")/../target/release/gradus
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# rows NAME: reads an evaluation in Markdown from standard input and prints a table row for each group of answers.
rows() {
  awk -F ' *[|] *' -v name="$1" '
    function row() {
      main = figure["macro-f1"] == "–" ? "pearson" : "macro-f1"
      if (group != "") printf "| %s | %s | %s | %s | %s | %s | %s: %s | %s | %s |\n", name, group, count, \
        figure["pearson"], figure["rmse"], figure["macro-f1"], main, interval[main], length_only[main], people
    }
    /^## / {
      row(); group = ""; people = "–"
      if ($0 !~ /^## (all answers|split )/) exit
      count = $0; sub(/.*\(/, "", count); sub(/ answers.*/, "", count)
      group = $0; sub(/^## (split )?/, "", group); sub(/ \([0-9]+ answers\)$/, "", group); gsub(/\\/, "", group)
    }
    group != "" && NF > 4 {
      figure[$2] = $3; interval[$2] = $4; length_only[$2] = $5
      if ($2 == "pearson" && NF > 6) people = $6
    }'
}

echo '| set | answers | n | pearson | rmse | macro-f1 | 95 percent | length only | people with each other |'
echo '|---|---|---:|---:|---:|---:|---|---:|---:|'
for set in "$sets"/*/; do
  name=$(basename "$set")
  [ -f "$set/questions.jsonl" ] && [ -f "$set/answers.jsonl" ] || continue
  "$gradus" bank draft "$set/questions.jsonl" --output "$folder/$name" --quiet >"$folder/drafted"
  cut=50
  if grep -q '"split": *"train"' "$set/answers.jsonl"; then cut=fit:train; fi
  start=${EPOCHREALTIME/./}
  "$gradus" eval "$set/answers.jsonl" --bank "$folder/$name" --cut "$cut" --format markdown >"$folder/$name.md"
  printf '%s: %d ms\n' "$name" $(((${EPOCHREALTIME/./} - start) / 1000)) >>"$folder/times"
  rows "$name" <"$folder/$name.md"
  "$gradus" calibrate "$set/answers.jsonl" --bank "$folder/$name" --output "$folder/$name.toml" --quiet \
    >"$folder/trial" 2>"$folder/refused" || true
  awk -v name="$name" '$1 == "rmse" { print name ": " $2 " to " $3 ", mean score " $4; printed = 1 }
    END { if (!printed) print name ": refused" }' "$folder/trial" >>"$folder/calibrated"
done
printf '\n%s\n\n' 'rmse before and after `gradus calibrate`, on held-out questions, and of a grader that gives every answer the mean score:'
sed 's/^/- /' "$folder/calibrated"
printf '\n%s\n\n' 'time of `gradus eval`, the whole process:'
sed 's/^/- /' "$folder/times"
