"""Learns the weights of stance from labelled sentences.

Usage: python3 evals/stance/train.py [--check | --test]

Reads evals/stance/{development,patterns,plain}.tsv (label, mention, sentence), asks the example `stance_features` for the
features of each sentence, fits a logistic regression (scikit-learn), and writes the weights as integers. With --check, the
weights are not written: each author is left out once, and the share of right decisions on the sentences of that author is
printed. With --test, the stored weights decide on the sentences of test.tsv, which nothing was learned from. The fourth
column of development.tsv and test.tsv names the author.
"""

import collections
import pathlib
import re
import subprocess
import sys

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent
WEIGHTS = ROOT / "crates/gradus-core/src/text/stance/weights.txt"
PLACES = ["B", "CB", "A", "CA", "B1", "B2", "A1", "A2"]
OF_PAIRS = 4
# Sums of places that share a weight in training: any word of the sentence, any word before, any word after.
SHARED = {"S": ["B", "CB", "A", "CA"], "BB": ["B", "CB"], "AA": ["A", "CA"]}
FULL_CONTEXT = 8
SCALE = 32
# Weights below this size are dropped.
CUT = 2
# Added to the sum that a rejection needs, so that fewer affirmed mentions are rejected.
MARGIN = 0.25


# Added to the weight of a grammatical negation, because plain negations are more frequent in answers than here.
NEGATION = 2.0
# Words that have a weight only next to a mention and in pairs. Alone they tell the author, not the stance.
UNWEIGHED = set(
    """
    a after all an and any are aren't as at be been before but by can't cannot cant couldn't didn't doesn't
    don't each every for from hadn't hasn't haven't he here i in into is isn't it its me more most my neither
    never no nobody none nor not nothing of on one or our over per she so some that the their them then there
    these they this those three to two us was wasn't we were weren't what when where which who with without
    won't wouldn't you your
    """.split()
)


def read(name):
    rows = []
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        label, mention, sentence, *author = line.split("\t")
        rows.append((label, mention, sentence, author[0] if author else ""))
    return rows


def features(rows):
    command = ["cargo", "run", "--quiet", "--locked", "-p", "gradus-core", "--example", "stance_features"]
    text = "".join(f"{label}\t{mention}\t{sentence}\n" for label, mention, sentence, _ in rows)
    lines = subprocess.run(command, input=text, capture_output=True, text=True, check=True, cwd=ROOT).stdout.splitlines()
    return [[feature for feature in line.split("\t")[1:] if feature] for line in lines]


def stance_words():
    """The words of the patterns. Other words are about a topic and have no weight."""
    sentences = [sentence for _, _, sentence, _ in read("patterns.tsv")]
    return {word for sentence in sentences for word in re.findall(r"[a-z0-9]+(?:'[a-z]+)*", sentence.lower())}


def weighed(names, vocabulary=stance_words()):
    """The features that have a weight, with those that several places share."""
    found = []
    for name in names:
        place, _, words = name.partition(":")
        if place != "N" and any(word not in vocabulary for word in words.split(" ")):
            continue
        shared = [group for group, places in SHARED.items() if place in places]
        if words in UNWEIGHED:
            found += [name] if place in PLACES[OF_PAIRS:] else []
        else:
            found += [name] + [f"{group}:{words}" for group in shared]
    return found


def context(names):
    """Share of a full context that a mention has: 0 to 1."""
    words = sum(1 for name in names if " " not in name and name.partition(":")[0] in PLACES[:OF_PAIRS])
    return min(words, FULL_CONTEXT) / FULL_CONTEXT


def fit(rows, names):
    vectorizer = CountVectorizer(analyzer=weighed, binary=True, min_df=2)
    bias = csr_matrix(np.array([[3.0 * context(one)] for one in names]))
    matrix = hstack([vectorizer.fit_transform(names), bias]).tocsr()
    rejected = [label != "affirmed" for label, *_ in rows]
    model = LogisticRegression(C=1.0, max_iter=5000, fit_intercept=False).fit(matrix, rejected)
    weights = dict(zip(vectorizer.get_feature_names_out(), model.coef_[0]))
    return weights, 3.0 * model.coef_[0][-1]


def integers(weights, bias):
    """The weights by words: a list with one weight per place. The key "" has the bias and the weight of a negation."""
    sums = collections.defaultdict(lambda: [0.0] * len(PLACES))
    for name, weight in weights.items():
        place, _, words = name.partition(":")
        if place != "N":
            for one in SHARED.get(place, [place]):
                sums[words][PLACES.index(one)] += weight
    table = {"": [round((bias - MARGIN) * SCALE), round((weights.get("N:", 0.0) + NEGATION) * SCALE)]}
    for words in sorted(sums):
        scaled = [round(weight * SCALE) for weight in sums[words]][: OF_PAIRS if " " in words else None]
        scaled = [weight if abs(weight) >= CUT else 0 for weight in scaled]
        while scaled and scaled[-1] == 0:
            scaled.pop()
        if scaled:
            table[words] = scaled
    return table


def is_rejected(table, names):
    """The decision of the program."""
    bias, negation = table[""]
    total = bias * int(context(names) * FULL_CONTEXT) // FULL_CONTEXT
    for name in names:
        place, _, words = name.partition(":")
        weights = [] if place == "N" else table.get(words, [])
        index = PLACES.index(place) if place != "N" else 0
        total += negation if place == "N" else (weights[index] if index < len(weights) else 0)
    return total > 0


def stored():
    lines = [line.split("\t") for line in WEIGHTS.read_text(encoding="utf-8").splitlines()]
    return {words: [int(weight) for weight in weights.split(" ")] for words, weights in lines}


def report(title, decisions):
    right = [rejected == (label != "affirmed") for label, rejected in decisions]
    affirmed = [not rejected for label, rejected in decisions if label == "affirmed"]
    rejections = [rejected for label, rejected in decisions if label != "affirmed"]
    print(f"{title}: {sum(right)} of {len(right)} right ({100 * np.mean(right):.1f} percent), "
          f"affirmed {100 * np.mean(affirmed):.1f}, rejected {100 * np.mean(rejections):.1f}")


def main():
    if "--test" in sys.argv:
        rows = read("test.tsv")
        decisions = [(row[0], is_rejected(stored(), names)) for row, names in zip(rows, features(rows))]
        report("test.tsv", decisions)
        for label in sorted({row[0] for row in rows}):
            own = [rejected == (label != "affirmed") for other, rejected in decisions if other == label]
            print(f"  {label}: {sum(own)} of {len(own)}")
        return
    development, others = read("development.tsv"), read("patterns.tsv") + read("plain.tsv")
    of_development, of_others = features(development), features(others)
    if "--check" in sys.argv:
        decisions = []
        for author in sorted({row[3] for row in development}):
            kept = [at for at, row in enumerate(development) if row[3] != author]
            table = integers(*fit([development[at] for at in kept] + others, [of_development[at] for at in kept] + of_others))
            own = [(row[0], is_rejected(table, names))
                   for row, names in zip(development, of_development) if row[3] == author]
            report(f"author {author}", own)
            decisions += own
        report("all authors, each left out", decisions)
        return
    table = integers(*fit(development + others, of_development + of_others))
    lines = [f"{words}\t{' '.join(map(str, weights))}" for words, weights in table.items()]
    WEIGHTS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines)} lines in {WEIGHTS.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
