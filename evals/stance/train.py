"""Learns the weights of stance from labelled sentences.

Usage: python3 evals/stance/train.py [--check | --test]

Reads evals/stance/{development,patterns,plain}.tsv (label, mention, sentence), asks the example `stance_features` for the
features of each sentence, fits a logistic regression (scikit-learn), and writes the weights as integers. With --check, the
weights are not written: a third of the authors is left out, three times, and the share of right decisions on their
sentences is printed. With --test, the stored weights decide on the sentences of test.tsv, from which nothing was learned.
The fourth column of development.tsv and test.tsv is the number of the author.
"""

import collections
import pathlib
import subprocess
import sys

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent
WEIGHTS = ROOT / "crates/gradus-core/src/text/stance/weights.txt"
PLACES = ["B", "CB", "A", "CA", "B1", "B2", "A1", "A2"]
# Pairs of words have weights only in the first places.
OF_PAIRS = 4
# The feature of a mention that a grammatical negation rejects. It has no weight.
NEGATED = "negated"
# Sums of places that share a weight in training: any word of the sentence, any word before, any word after.
SHARED = {"S": PLACES[:4], "BB": PLACES[:2], "AA": PLACES[2:4]}
# The bias is a feature with this value, so that it is regularized less than the words.
BIAS = 3.0
# A feature that occurs in fewer sentences has no weight.
MIN_SENTENCES = 3
# Weights are multiplied by this number and rounded. Weights below the cut are dropped.
SCALE = 32
CUT = 4
# Taken from the bias, because answers reject far fewer mentions than these sentences, of which half are rejected.
MARGIN = 0.4
# Single words have a weight only if they occur in the sentences of this many authors, and pairs of words of that many.
# Words of fewer authors tell a topic, not a stance.
MIN_AUTHORS = 5
MIN_AUTHORS_OF_PAIR = 3
# Words that have a weight only next to a mention and in pairs.
STOP = set(
    """
    a an the of in on at to for with by from as and or into onto over per through during about between our my your their
    his her its it this that these those i we you he they she me us them who which what there here is are was were be been
    being am has have had do does did one two three four five six seven eight nine ten some any each every all both other
    another more most so than then when where while after before if because will can
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


def weighed(rows, names):
    """The words and pairs of words that may have a weight."""
    authors = collections.defaultdict(set)
    for (*_, author), features_of_row in zip(rows, names):
        if author:
            for name in features_of_row:
                authors[name.partition(":")[2]].add(author)
    least = {words: MIN_AUTHORS_OF_PAIR if " " in words else MIN_AUTHORS for words in authors}
    return {words for words, of in authors.items() if len(of) >= least[words]}


def counted(names, words_weighed):
    """How often each feature occurs, with those that several places share."""
    counts = collections.Counter()
    for name in names:
        place, _, words = name.partition(":")
        if name == NEGATED or words not in words_weighed or (words in STOP and place in PLACES[:OF_PAIRS]):
            continue
        counts[name] += 1
        counts.update(f"{group}:{words}" for group, places in SHARED.items() if place in places)
    counts["bias"] = BIAS
    return counts


def fit(rows, names):
    words_weighed = weighed(rows, names)
    counts = [counted(one, words_weighed) for one in names]
    sentences = collections.Counter(name for one in counts for name in one)
    counts = [{name: value for name, value in one.items() if sentences[name] >= MIN_SENTENCES} for one in counts]
    vectorizer = DictVectorizer()
    matrix = vectorizer.fit_transform(counts)
    # because liblinear accepts only indices of 32 bits
    matrix.indices, matrix.indptr = matrix.indices.astype(np.int32), matrix.indptr.astype(np.int32)
    rejected = [label != "affirmed" for label, *_ in rows]
    model = LogisticRegression(C=0.5, max_iter=3000, solver="liblinear", fit_intercept=False)
    model.fit(matrix, rejected)
    return dict(zip(vectorizer.get_feature_names_out(), model.coef_[0]))


def integers(weights):
    """The weights by words: a list with one weight per place. The key "" has the bias."""
    sums = collections.defaultdict(lambda: [0.0] * len(PLACES))
    for name, weight in weights.items():
        place, _, words = name.partition(":")
        if name != "bias":
            for one in SHARED.get(place, [place]):
                sums[words][PLACES.index(one)] += weight
    table = {"": [round((weights["bias"] * BIAS - MARGIN) * SCALE)]}
    for words in sorted(sums):
        scaled = [round(weight * SCALE) for weight in sums[words]][: OF_PAIRS if " " in words else None]
        scaled = [weight if abs(weight) >= CUT else 0 for weight in scaled]
        while scaled and scaled[-1] == 0:
            scaled.pop()
        if scaled:
            table[words] = scaled
    return table


def is_rejected(table, names):
    """The decision of the program. Its rules of negation come first."""
    if NEGATED in names:
        return True
    total = table[""][0]
    for name in names:
        place, _, words = name.partition(":")
        weights, index = table.get(words, []), PLACES.index(place)
        total += weights[index] if index < len(weights) else 0
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


def test():
    rows = read("test.tsv")
    decisions = [(row[0], is_rejected(stored(), names)) for row, names in zip(rows, features(rows))]
    report("test.tsv", decisions)
    for label in sorted({row[0] for row in rows}):
        own = [rejected == (label != "affirmed") for other, rejected in decisions if other == label]
        print(f"  {label}: {sum(own)} of {len(own)}")


def check(rows, names):
    authors = sorted({row[3] for row in rows if row[3]}, key=int)
    decisions = []
    for part in range(3):
        left_out = set(authors[part::3])
        kept = [at for at, row in enumerate(rows) if row[3] not in left_out]
        table = integers(fit([rows[at] for at in kept], [names[at] for at in kept]))
        own = [(row[0], is_rejected(table, one)) for row, one in zip(rows, names) if row[3] in left_out]
        report(f"authors {', '.join(sorted(left_out, key=int))}", own)
        decisions += own
    report("all authors", decisions)


def main():
    if "--test" in sys.argv:
        return test()
    rows = read("development.tsv") + read("patterns.tsv") + read("plain.tsv")
    names = features(rows)
    if "--check" in sys.argv:
        return check(rows, names)
    table = integers(fit(rows, names))
    lines = [f"{words}\t{' '.join(map(str, weights))}" for words, weights in table.items()]
    WEIGHTS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines)} lines in {WEIGHTS.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
