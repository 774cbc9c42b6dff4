"""Compares the verdicts of the offline scorer with those of people, criterion by criterion.

Usage: python3 evals/verdicts/correct.py ANSWERS.jsonl [--gradus PROGRAM] [--wrong]

Each line of ANSWERS.jsonl is an answer with `id`, `question`, `kind` and `answer`, and one of two fields:
- `verdicts`: for each criterion, a list of credits (0, 0.5 or 1), one from each person;
- `labels`: a list of credits, one for each point that the question's specification expects. The file evals/covers.tsv
  names the points that each criterion covers; the credit of a criterion is their mean.

A verdict is "met" if the credit is at least one half. A criterion on which people disagree is left out and counted.
Answers to questions that are not in the bank are left out and counted. With --wrong, the wrong verdicts are listed.
"""

import argparse
import collections
import json
import pathlib
import subprocess
import tempfile

HERE = pathlib.Path(__file__).parent


def covers():
    """For each question, the numbers of the points that each criterion covers, counted from 1."""
    table = collections.defaultdict(dict)
    for line in (HERE.parent / "covers.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            question, criterion, numbers = line.split("\t")
            table[question][criterion] = [int(number) for number in numbers.split(",")]
    return table


def verdicts(answer, table):
    """The credits that people gave for each criterion. Empty if the answer has none."""
    if "verdicts" in answer:
        return answer["verdicts"]
    labels = answer.get("labels", [])
    of_question = table.get(answer["question"], {})
    known = {id: [labels[n - 1] for n in numbers if n <= len(labels)] for id, numbers in of_question.items()}
    return {id: [sum(credits) / len(credits)] for id, credits in known.items() if credits}


def grade(program, answers):
    """The grades of answers by id, as `gradus batch` writes them."""
    with tempfile.TemporaryDirectory() as folder:
        rows = pathlib.Path(folder) / "answers.jsonl"
        fields = ("id", "question", "answer")
        text = "".join(json.dumps({field: answer[field] for field in fields}) + "\n" for answer in answers)
        rows.write_text(text, encoding="utf-8")
        # The exit status is 1 if an answer could not be graded, for example because its question is not in the bank.
        run = subprocess.run([program, "batch", rows, "--grader", "offline"], capture_output=True, text=True)
        if run.returncode not in (0, 1):
            raise SystemExit(run.stderr)
    grades = [json.loads(line) for line in run.stdout.splitlines()]
    return {grade["id"]: grade for grade in grades if grade["status"] == "graded"}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("answers")
    parser.add_argument("--gradus", default="target/debug/gradus")
    parser.add_argument("--wrong", action="store_true")
    options = parser.parse_args()
    with open(options.answers, encoding="utf-8") as lines:
        answers = [json.loads(line) for line in lines if line.strip()]
    table = covers()
    grades = grade(options.gradus, answers)
    counts, disputed = collections.defaultdict(lambda: [0, 0]), 0
    for answer in answers:
        found = grades.get(answer["id"])
        if found is None:
            continue
        credits = {criterion["id"]: criterion["credit"] for criterion in found["criteria"]}
        for criterion, people in verdicts(answer, table).items():
            met = {credit >= 0.5 for credit in people}
            if len(met) > 1 or criterion not in credits:
                disputed += 1
                continue
            is_met = met.pop()
            is_right = (credits[criterion] >= 0.5) == is_met
            for kind in (answer.get("kind", ""), "all kinds"):
                counts[kind][0] += is_right
                counts[kind][1] += 1
            if options.wrong and not is_right:
                print(f"{answer['id']}\t{criterion}\t{'missed' if is_met else 'wrongly credited'}")
    print(f"{len(grades)} of {len(answers)} answers graded; {disputed} verdicts left out")
    for kind, (right, of) in sorted(counts.items()):
        print(f"{kind:20} {right:4} of {of:4} correct  {100 * right / of:5.1f} percent")


if __name__ == "__main__":
    main()
