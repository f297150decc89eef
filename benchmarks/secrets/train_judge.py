"""Train the judge of scanners/secrets on a labelled corpus and write scanners/secrets/judge.json.

    python benchmarks/secrets/train_judge.py CORPUS LABELS META [--validate] [--write]

CORPUS holds the files, LABELS is a CSV with file, line, line_end, label (T, F), kind, core, META a folder of the corpus's own
CSV files, read for the columns of the values. Needs lightgbm and numpy. `--validate` leaves repositories out: ten
folds of whole repositories. Without `--write` nothing is written. The words and trigrams are counted over the source of
CPython's standard library, so they are the same for everyone with the same Python.
"""

from __future__ import annotations

import argparse
import base64
import csv
import json
import math
import random
import re
import sysconfig
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from scanners.secrets.candidates import Candidate, candidates
from scanners.secrets.features import NAMES, PERSON, Surroundings, features, is_obvious
from scanners.secrets.language import Language

ROUNDS = 60
PARAMETERS = {
    "objective": "binary", "learning_rate": 0.12, "num_leaves": 16, "max_depth": 6, "min_data_in_leaf": 25,
    "feature_fraction": 0.5, "bagging_fraction": 0.8, "bagging_freq": 1, "lambda_l2": 5, "verbose": -1, "seed": 1,
    "num_threads": 2, "deterministic": True, "force_row_wise": True,
}  # fmt: skip
SECRET, NEITHER, MARKED_FALSE, UNLABELLED = "secret", "neither", "false", "unlabelled"
IDENTIFIER = "identifier"
"""UUIDs and the like that the corpus calls secrets and does not count: they identify, they do not open anything."""


@dataclass(frozen=True)
class Label:
    line: int
    line_end: int
    is_secret: bool
    core: bool


@dataclass(frozen=True)
class Example:
    file: str
    line: int
    label: str
    vector: list[float]
    weight: float = 1.0
    made_up: bool = False

    @property
    def repository(self) -> str:
        return self.file.split("/", 1)[0]


def language() -> tuple[Language, bytes, list[str]]:
    counts: Counter[str] = Counter()
    for path in sorted(Path(sysconfig.get_paths()["stdlib"]).rglob("*.py")):
        if "site-packages" not in path.parts:
            text = path.read_text(encoding="utf-8", errors="ignore")
            counts.update({word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", text)})
    words = sorted(w for w, n in counts.items() if n >= 8 and 3 <= len(w) <= 14 and re.search("[aeiouy]", w))
    triples: Counter[str] = Counter()
    pairs: Counter[str] = Counter()
    for word, n in counts.items():
        if n >= 3:
            padded = f"`{word}`"
            for i in range(len(padded) - 2):
                triples[padded[i : i + 3]] += 1 + math.log(n)
                pairs[padded[i : i + 2]] += 1 + math.log(n)
    letters = [chr(96 + i) for i in range(27)]
    table = bytes(
        min(255, round(-10 * math.log2((triples[a + b + c] + 0.05) / (pairs[a + b] + 0.05 * 27))))
        for a in letters for b in letters for c in letters
    )  # fmt: skip
    return Language.of(table, frozenset(words)), table, words


def read_labels(path: Path) -> dict[str, list[Label]]:
    labels: dict[str, list[Label]] = defaultdict(list)
    with path.open(newline="") as stream:
        for row in csv.DictReader(stream):
            labels[row["file"]].append(
                Label(int(row["line"]), int(row["line_end"]), row["label"] == "T", row["core"] == "1")
            )
    return labels


def read_spans(folder: Path) -> dict[str, list[tuple[int, int, int, int]]]:
    spans: dict[str, list[tuple[int, int, int, int]]] = defaultdict(list)
    for path in sorted(folder.glob("*.csv")):
        with path.open(newline="") as stream:
            for row in csv.DictReader(stream):
                if row["GroundTruth"] == "T":
                    spans[row["FilePath"].removeprefix("data/")].append((
                        int(row["LineStart"]), int(row["LineEnd"]), int(row["ValueStart"] or -1), int(row["ValueEnd"] or -1),
                    ))  # fmt: skip
    return spans


def label_of(number: int, candidate: Candidate, labels: list[Label], spans: list[tuple[int, int, int, int]]) -> str:
    here = [label for label in labels if label.line <= number <= label.line_end]
    if any(label.is_secret and label.core for label in here):
        for first, last, start, end in spans:
            if first <= number <= last:
                limit = end if end > 0 and first == last else 1 << 30
                if first < number or start < 0 or (candidate.start < limit and start < candidate.end):
                    return SECRET
        return NEITHER
    if any(label.is_secret for label in here):
        return IDENTIFIER
    return MARKED_FALSE if here else UNLABELLED


def human_password(random_: random.Random, words: list[str]) -> str:
    """What a person makes up: the corpus has its passwords replaced by random letters, the world has not."""
    one, two = random_.choice(words).capitalize(), random_.choice(words)
    year, mark = str(random_.randint(1970, 2027)), random_.choice("!@#$%&*?-_")
    leet = two.translate(str.maketrans("aeios", "43105"))
    return random_.choice(
        (
            f"{one}{year}{mark}",
            f"{one}{mark}{two}{random_.randint(1, 99)}",
            f"{one}{leet}{mark}{year[2:]}",
            f"{leet}{mark}{one}{year[2:]}",
        )
    )


def variants(candidate: Candidate, random_: random.Random, words: list[str]) -> Iterator[tuple[str, float]]:
    """Values that could stand in the place of a labelled one."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    if candidate.kind == "flag":
        for _ in range(6):
            yield human_password(random_, words), 0.5
            yield "".join(random_.choices(alphabet, k=random_.randint(8, 20))), 0.5
    elif candidate.kind == "url":
        yield human_password(random_, words).replace("#", "-").replace("@", "_").replace("?", "!"), 0.3
        yield "".join(random_.choices(alphabet, k=random_.randint(8, 20))), 0.3
    elif candidate.kind == "assign" and re.search("(?i)pass|pwd", candidate.key):
        yield human_password(random_, words), 0.3


def examples(
    corpus: Path, labels: dict[str, list[Label]], spans: dict[str, list[tuple[int, int, int, int]]], words: Language
) -> Iterator[Example]:
    random_ = random.Random(1)
    long_words = [w for w in sorted(words.words) if 4 <= len(w) <= 8]
    for file in sorted(labels):
        lines = (corpus / file).read_text(encoding="utf-8", errors="replace").split("\n")
        found = [(n, c) for n, line in enumerate(lines) if len(line) < 20_000 for c in candidates(line)]
        values, names = Counter(c.value for _, c in found), Counter(c.key for _, c in found)
        siblings = Counter(n for n, _ in found)
        for n, candidate in found:
            above = re.search(PERSON, lines[n - 1][-400:].lower() if n else "") is not None
            around = Surroundings.of(file, above, siblings[n], values[candidate.value], names[candidate.key])
            if is_obvious(candidate, words):
                continue
            label = label_of(n + 1, candidate, labels[file], spans[file])
            yield Example(file, n + 1, label, features(lines[n], candidate, around, words))
            if label == SECRET:
                for value, weight in variants(candidate, random_, long_words):
                    line = lines[n][: candidate.start] + value + lines[n][candidate.end :]
                    other = replace(candidate, value=value, end=candidate.start + len(value))
                    vector = features(line, other, around, words)
                    yield Example(file, n + 1, SECRET, vector, weight, made_up=True)


def weights(rows: list[Example]) -> list[float]:
    """Repositories with many secrets count less each, so that none decides alone."""
    secrets = Counter(row.repository for row in rows if row.label == SECRET and not row.made_up)
    return [
        row.weight
        * (
            max(0.3, min(3.0, math.sqrt(80 / secrets[row.repository])))
            if row.label == SECRET and secrets[row.repository]
            else 1.0
        )
        for row in rows
    ]


def fit(rows: list[Example]):
    import lightgbm
    import numpy as np

    used = [row for row in rows if row.label != NEITHER]
    matrix = np.array([row.vector for row in used], dtype=np.float64)
    target = np.array([row.label == SECRET for row in used], dtype=int)
    return lightgbm.train(PARAMETERS, lightgbm.Dataset(matrix, target, weight=weights(used)), ROUNDS)


def validate(rows: list[Example], labels: dict[str, list[Label]], folds: int = 10) -> dict[tuple[str, int], float]:
    """Best score per line of repositories that the model had not seen."""
    import numpy as np

    repositories = sorted({row.repository for row in rows})
    best: dict[tuple[str, int], float] = {}
    for fold in range(folds):
        out = set(repositories[fold::folds])
        model = fit([row for row in rows if row.repository not in out])
        test = [row for row in rows if row.repository in out and not row.made_up]
        for row, score in zip(test, model.predict(np.array([row.vector for row in test])), strict=True):
            best[row.file, row.line] = max(best.get((row.file, row.line), 0.0), float(score))
    for threshold in (0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7):
        print(threshold, *accuracy((place for place, score in best.items() if score >= threshold), labels))
    return best


def accuracy(places: Iterable[tuple[str, int]], labels: dict[str, list[Label]]) -> tuple[float, float, float]:
    """Recall, precision, F1 by line: a labelled secret is found if a finding touches its lines."""
    found, wrong = set(), set()
    for file, line in places:
        here = [(i, label) for i, label in enumerate(labels.get(file, ())) if label.line <= line <= label.line_end]
        if any(label.is_secret and label.core for _, label in here):
            found |= {(file, i) for i, label in here if label.is_secret and label.core}
        elif any(label.is_secret for _, label in here):
            continue
        else:
            wrong |= {(file, i) for i, _ in here} or {(file, -line)}
    total = sum(label.is_secret and label.core for rows in labels.values() for label in rows)
    recall, precision = len(found) / total, len(found) / (len(found) + len(wrong))
    return round(recall, 3), round(precision, 3), round(2 * recall * precision / (recall + precision), 3)


def export(model, trigrams: bytes, words: list[str]) -> str:
    trees = []
    for tree in model.dump_model()["tree_info"]:
        out: dict[str, list] = {"f": [], "t": [], "l": [], "r": [], "v": []}

        def walk(node: dict, out: dict[str, list] = out) -> int:
            if "leaf_value" in node:
                out["v"].append(round(node["leaf_value"], 5))
                return -len(out["v"])
            place = len(out["f"])
            out["f"].append(node["split_feature"])
            out["t"].append(float(f"{node['threshold']:.6g}"))
            out["l"].append(0)
            out["r"].append(0)
            out["l"][place], out["r"][place] = walk(node["left_child"]), walk(node["right_child"])
            return place

        walk(tree["tree_structure"])
        trees.append(out)
    packed = base64.b85encode(zlib.compress(trigrams, 9)).decode()
    document = {"features": NAMES, "trigrams": packed, "words": " ".join(words), "trees": trees}
    return json.dumps(document, separators=(",", ":")) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("labels", type=Path)
    parser.add_argument("meta", type=Path)
    parser.add_argument("--validate", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument(
        "--scores", type=Path, help="with --validate: JSON of file, line, score from the folds left out"
    )
    options = parser.parse_args()
    words, trigrams, listed = language()
    labels = read_labels(options.labels)
    rows = list(examples(options.corpus, labels, read_spans(options.meta), words))
    print(len(rows), Counter(row.label for row in rows))
    if options.validate:
        best = validate(rows, labels)
        if options.scores:
            options.scores.write_text(json.dumps([[file, line, score] for (file, line), score in best.items()]))
    if options.write:
        target = Path(__file__).parents[2] / "scanners" / "secrets" / "judge.json"
        target.write_text(export(fit(rows), trigrams, listed))
        print(target, target.stat().st_size)


if __name__ == "__main__":
    main()
