#!/usr/bin/env python3
"""Boosted trees on summaries of the PhysioNet stays: what in-hospital death can be told from them without a sequence model.

Prints the area under the ROC curve of scikit-learn's HistGradientBoostingClassifier on the test stays of each seed of
`lode reproduce physionet` (the same random fifth), trained on all others, and its mean over five folds of all stays.
The features of a stay are its statics and, for each channel, the last, mean, least and greatest value and the count.

    scripts/references/physionet-trees.py ../shared/data/physionet2012

Needs: python3 with numpy and scikit-learn (pip install numpy scikit-learn). Takes a minute.
"""
import argparse
import csv
import gzip
import os

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

OUTCOME = "in_hospital_death"


def philox(key, counter):
    """Philox4x32-10: Salmon et al., SC11, 2011, as Sources/LodeNumerics/CounterRandom.swift has it."""
    k0, k1 = key & 0xFFFFFFFF, key >> 32
    w = [counter[0] & 0xFFFFFFFF, counter[0] >> 32, counter[1] & 0xFFFFFFFF, counter[1] >> 32]
    for _ in range(10):
        p0, p1 = w[0] * 0xD2511F53, w[2] * 0xCD9E8D57
        w = [(p1 >> 32) ^ w[1] ^ k0, p1 & 0xFFFFFFFF, (p0 >> 32) ^ w[3] ^ k1, p0 & 0xFFFFFFFF]
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return w[1] << 32 | w[0], w[3] << 32 | w[2]


def permutation(seed, path, count):
    """CounterRandom(seed:path:).permutation(count), for a path of one word."""
    block = philox(1, (path, 0x4C6F646550617468))
    stream = block[0] ^ block[1]
    order = list(range(count))
    for last in range(count - 1, 0, -1):
        word = philox(seed, (last >> 1, stream))[last & 1]
        other = word * (last + 1) >> 64
        order[last], order[other] = order[other], order[last]
    return order


def read(folder):
    """Features [stays][F], NaN where unknown, and outcomes [stays], stays in the order of the file."""
    facts = {}
    for table in ("statics", "labels"):
        with open(os.path.join(folder, table + ".csv")) as file:
            for row in csv.DictReader(file):
                facts.setdefault(row["series"], {})[table, row["name"]] = float(row["value"])
    values, channels = {}, set()
    with gzip.open(os.path.join(folder, "observations.csv.gz"), "rt") as file:
        for row in csv.DictReader(file):
            values.setdefault(row["series"], {}).setdefault(row["channel"], []).append(float(row["value"]))
            channels.add(row["channel"])
    statics = sorted({name for own in facts.values() for table, name in own if table == "statics"})
    features, outcomes = [], []
    for series, own in values.items():
        row = [facts.get(series, {}).get(("statics", name), np.nan) for name in statics]
        for channel in sorted(channels):
            seen = own.get(channel)
            row += [seen[-1], np.mean(seen), min(seen), max(seen), len(seen)] if seen else [np.nan] * 4 + [0]
        features.append(row)
        outcomes.append(facts.get(series, {}).get(("labels", OUTCOME), np.nan))
    return np.array(features), np.array(outcomes)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", help="the stays: observations.csv.gz, statics.csv, labels.csv")
    parser.add_argument("--seeds", default="1,2,3", help="as of lode reproduce physionet")
    options = parser.parse_args()
    features, outcomes = read(options.folder)
    trees = HistGradientBoostingClassifier(
        learning_rate=0.05, max_iter=200, max_leaf_nodes=15, l2_regularization=1.0, random_state=0)
    print(f"{len(features)} stays, {features.shape[1]} features, {int(np.nansum(outcomes))} deaths")
    scores = []
    for seed in map(int, options.seeds.split(",")):
        order = permutation(seed, 0x73746179, len(features))
        test, rest = np.sort(order[: len(order) // 5]), np.sort(order[len(order) // 5 :])
        test, rest = test[~np.isnan(outcomes[test])], rest[~np.isnan(outcomes[rest])]
        said = trees.fit(features[rest], outcomes[rest]).predict_proba(features[test])[:, 1]
        scores.append(roc_auc_score(outcomes[test], said))
        print(f"seed {seed}: AUROC {scores[-1]:.3f} on {len(test)} test stays, {int(outcomes[test].sum())} deaths")
    print(f"mean {np.mean(scores):.3f}, standard deviation {np.std(scores, ddof=min(1, len(scores) - 1)):.3f}")
    known = ~np.isnan(outcomes)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    said = cross_val_predict(trees, features[known], outcomes[known], cv=folds, method="predict_proba")[:, 1]
    parts = [roc_auc_score(outcomes[known][part], said[part]) for _, part in folds.split(features[known], outcomes[known])]
    print(f"five folds: AUROC {np.mean(parts):.3f}")


if __name__ == "__main__":
    main()
