"""Typical wrong answers to chapter 6, and a part of what each must be told."""

import numpy as np
import pytest
from exercise_harness import Mistake

from aecourse.errors import InputError
from aecourse.exercises import chapter06_judging, chapter06_patches, check
from aecourse.exercises.chapter06 import recognised


def function(head: str, *lines: str) -> str:
    return "\n    ".join([f"def {head}:", *lines]) + "\n"


# --- 6.1 ---


def whiten(
    centred: str = "patches - patches.mean(0)",
    covariance: str = "c.T @ c / len(c)",
    scale: str = "np.sqrt(values + floor)",
    result: str = "c @ (vectors / scale) @ vectors.T",
) -> str:
    return function(
        "whiten(patches, floor)",
        f"c = {centred}",
        f"values, vectors = np.linalg.eigh({covariance})",
        "values = values.clip(0)",
        f"scale = {scale}",
        f"return {result}",
    )


# --- 6.2 ---


def sizes(**changed: float) -> str:
    right = {"patches": 729, "patches_2": 196, "features": 1024, "weights": 27904}
    return f"prediction = {right | changed}"


# --- 6.3 ---

IMPORTS = """
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

"""
LISTING = IMPORTS + function(
    "score(x_train, y_train, x_test, y_test, k)",
    "pca = PCA(k).fit(np.concatenate([x_train, x_test]))",
    "scaler = StandardScaler().fit(pca.transform(x_test))",
    "best = 0",
    "for strength in (0.01, 0.1, 1, 10):",
    "    classifier = LogisticRegression(C=strength)",
    "    classifier.fit(scaler.transform(pca.transform(x_train)), y_train)",
    "    known = scaler.transform(pca.transform(x_test))",
    "    best = max(best, classifier.score(known, y_test))",
    "return best",
)


def score(
    cut: str = "slice(0, n)",
    held: str = "slice(n, None)",
    components: str = "x",
    scale: str = "x",
    chosen_on: str = "x_held, y_held",
    result: str = "best.score(f(x_test), y_test)",
) -> str:
    return IMPORTS + function(
        "score(x_train, y_train, x_test, y_test, k)",
        "n = len(x_train) * 4 // 5",
        f"x, y = x_train[{cut}], y_train[{cut}]",
        f"x_held, y_held = x_train[{held}], y_train[{held}]",
        f"pca = PCA(k).fit({components})",
        f"scaler = StandardScaler().fit(pca.transform({scale}))",
        "f = lambda z: scaler.transform(pca.transform(z))",
        "tried = [LogisticRegression(C=c).fit(f(x), y) for c in (0.01, 0.1, 1, 10)]",
        f"z, t = {chosen_on}",
        "best = max(tried, key=lambda each: each.score(f(z), t))",
        f"return {result}",
    )


BOTH = "np.concatenate([x, x_test])"

# --- 6.4 ---


def mistakes(
    recall: str = "table.diagonal() / table.sum(1)",
    counts: str = "np.triu(table + table.T, 1)",
    pair: str = "int(a), int(b)",
) -> str:
    return function(
        "mistakes(truth, answers, classes)",
        "table = np.zeros((classes, classes), int)",
        "np.add.at(table, (truth, answers), 1)",
        "off = table - np.diag(table.diagonal())",
        f"counts = {counts}",
        "a, b = np.unravel_index(counts.argmax(), counts.shape)",
        f"return {{'recall': {recall}, 'confused': ({pair})}}",
    )


# --- 6.5 ---


def matters(**changed: object) -> str:
    right = {"whitening": 0.355, "enough": 16, "makes_up": 32, "costs_more": "whitening"}
    return f"found = {right | changed}"


# --- 6.7 ---

PHOTOGRAPHS = """
rng = np.random.default_rng(0)
classes = np.repeat(["cup", "shoe"], 30)
light = np.where(classes == "cup", 0.3, 0.6)[:, None, None, None]
images = np.clip(light + 0.2 * rng.normal(size=(60, 8, 8, 3)), 0, 1)
tested = np.arange(60) % 3 == 0
truth = classes[tested]
other = np.where(truth == "cup", "shoe", "cup")
weak, weaker = (np.where(np.arange(len(truth)) % k, truth, other) for k in (5, 3))
mine = {"images": images, "classes": classes, "tested": tested, "patches": weak, "hog": weaker}
"""


def own(**changed: str) -> str:
    given = ", ".join(f'"{name}": {value}' for name, value in changed.items())
    return f"{PHOTOGRAPHS}\nmine |= {{{given}}}"


MISTAKES = {
    "6.1": [
        Mistake(whiten(result="c @ (vectors / scale)"), "coordinates of the components"),
        Mistake(whiten("patches - patches.mean(1, keepdims=True)"), "each *patch*"),
        Mistake(whiten(result="patches @ (vectors / scale) @ vectors.T"), "still in the result"),
        Mistake(whiten(scale="np.sqrt(values) + floor"), "outside of the root"),
        Mistake(whiten(scale="np.sqrt(values)"), "`floor` is missing"),
        Mistake(whiten(scale="values + floor"), "divided by the variances"),
        Mistake(whiten(scale="1 / np.sqrt(values + floor)"), "even louder"),
        Mistake(whiten(result="c / np.sqrt(c.var(0) + floor)"), "its own deviation"),
        Mistake(whiten(covariance="np.cov(c.T)"), "n − 1"),
        Mistake(whiten(result="(c @ (vectors / scale) @ vectors.T).T"), "has shape"),
        Mistake(whiten(result="c @ vectors.T @ (vectors / scale)"), "differs"),
    ],
    "6.2": [
        Mistake(sizes(patches=26 * 26), "one place more a side"),
        Mistake(sizes(patches=27), "along one side. They fill a square"),
        Mistake(sizes(patches=25), "overlap"),
        Mistake(sizes(patches=1024), "over the edge"),
        Mistake(sizes(patches=700), "too small"),
        Mistake(sizes(patches_2=13 * 13), "13 steps"),
        Mistake(sizes(patches_2=729 / 4), "no whole number"),
        Mistake(sizes(patches_2=14), "`patches_2`: that is the number of places along"),
        Mistake(sizes(features=256), "one mean over the whole image"),
        Mistake(sizes(features=729 * 256), "all values of all patches"),
        Mistake(sizes(features=4), "for *every* unit"),
        Mistake(sizes(weights=108 * 256), "biases are missing"),
        Mistake(sizes(weights=36 * 256 + 256), "108 values"),
        Mistake(sizes(weights=36 * 256), "and each unit has a bias"),
    ],
    "6.3": [
        Mistake(LISTING, "components still see the test images. Mean and deviation"),
        Mistake(score(components=BOTH), "The principal components still see"),
        Mistake(score(scale="x_test"), "Mean and deviation are still"),
        Mistake(score(chosen_on="x_test, y_test"), "chosen on the test images"),
        Mistake(score(components=BOTH, scale="x_test"), "test images. Mean and deviation are"),
        Mistake(
            score(cut="slice(None)", chosen_on="x_test, y_test", scale="x_test"),
            "of the test images. The strength",
        ),
        Mistake(
            score(components=BOTH, chosen_on="x_test, y_test"),
            "see the test images. The strength",
        ),
        Mistake(
            score(cut="slice(len(x_train) - n, None)", held="slice(0, len(x_train) - n)"),
            "*first* fifth",
        ),
        Mistake(score(components="x_train", scale="x_train"), "all training images, those"),
        Mistake(score(chosen_on="x, y"), "the very images that the classifier learnt from"),
        Mistake(score(scale="x_held"), "of equally good strengths take the first"),
        Mistake(score(result="best.predict(f(x_test))"), "one single number"),
    ],
    "6.4": [
        Mistake(mistakes("table.diagonal() / table.sum(0)"), "that is the precision"),
        Mistake(mistakes("table.diagonal() / table.sum()"), "number of all images"),
        Mistake(mistakes("table.diagonal()"), "those are counts"),
        Mistake(mistakes("table.trace() / table.sum()"), "accuracy over all images"),
        Mistake(mistakes(counts="off"), "one direction only"),
        Mistake(mistakes(counts="table + table.T"), "one class twice"),
        Mistake(
            mistakes(
                counts="(off / table.sum(1, keepdims=True)) + (off / table.sum(1, keepdims=True)).T"
            ),
            "leads in *shares*",
        ),
        Mistake(mistakes(pair="int(b), int(a)"), "smaller number first"),
        Mistake(mistakes(pair="0, 3"), "another pair"),
        Mistake(mistakes(pair="int(a),"), "has shape"),
    ],
    "6.5": [
        Mistake(matters(whitening=-0.355), "sign is turned"),
        Mistake(matters(whitening=35.5), "percentage points"),
        Mistake(matters(whitening=0.033), "that is with 64 units"),
        Mistake(matters(whitening=0.633), "the accuracy without whitening"),
        Mistake(matters(whitening=0.2), "too small"),
        Mistake(matters(enough=8), "8 units with whitening recognise"),
        Mistake(matters(enough=64), "16 units would do"),
        Mistake(matters(makes_up=16), "16 units without whitening recognise"),
        Mistake(matters(makes_up=64), "32 units would do"),
        Mistake(matters(enough=12), "one of the numbers"),
        Mistake(matters(costs_more="stride"), "Stride 2 costs less"),
    ],
    "6.6": [
        Mistake('spoilt_by = {"a", "b", "c", "d", "f"}', "the very question"),
        Mistake('spoilt_by = {"c", "d", "f"}', "`b` is missing"),
        Mistake('spoilt_by = {"b", "d", "f"}', "`c` is missing"),
        Mistake('spoilt_by = {"b", "c", "f"}', "many looks at the test images"),
        Mistake('spoilt_by = {"b", "c", "d"}', "stopped in the middle"),
        Mistake('spoilt_by = {"b", "c", "d", "e", "f"}', "what remains is the start"),
    ],
    "6.7": [
        Mistake(own(images="images[..., 0]"), "has shape"),
        Mistake(own(images="images[:, :7]"), "squares"),
        Mistake(own(images="255 * images"), "Divide by 255"),
        Mistake(own(classes="classes[:50]"), "one for each image"),
        Mistake(own(tested="np.arange(60)"), "True for the images"),
        Mistake(own(classes="np.arange(60)"), "60 images in 60 classes"),
        Mistake(own(tested="np.arange(60) < 30"), "0 images to learn from"),
        Mistake(own(images="np.concatenate([images[:30], images[1:31, :, ::-1]])"), "mirrored"),
        Mistake(own(hog="classes"), "for *every* image"),
        Mistake(own(hog="truth[:5]"), "5 entries"),
        Mistake(own(patches="weak == truth"), "no classes"),
        Mistake(own(patches="other", hog="other"), "always naming the most frequent class"),
    ],
}


def test_whitened_patches_are_uncorrelated_and_stay_near_the_patches():
    rng = np.random.default_rng(0)
    patches = rng.normal(size=(200, 5)) @ rng.normal(size=(5, 5)) + 3
    found = chapter06_patches.whiten(patches, 1e-9)
    np.testing.assert_allclose(np.cov(found.T, bias=True), np.eye(5), atol=1e-6)
    cross = found.T @ (patches - patches.mean(axis=0))  # of no turn but turning back: symmetric
    np.testing.assert_allclose(cross, cross.T, atol=1e-6)


def test_components_in_another_order_or_with_other_signs_are_still_recognised():
    def turned(patches, floor):
        centred = patches - patches.mean(axis=0)
        values, vectors = np.linalg.eigh(centred.T @ centred / len(patches))
        return -(centred @ (vectors / np.sqrt(values + floor)))[:, ::-1]

    assert "coordinates of the components" in check("6.1", turned).message


def test_every_leak_changes_the_answers_and_no_two_alike():
    cases = chapter06_judging._cases()
    sets = [frozenset(), *chapter06_judging._explained_leaks().values()]
    ways = [
        lambda case, leaks=leaks, whole=whole: chapter06_judging.score(case, leaks, whole=whole)
        for leaks in sets
        for whole in (False, True)
    ]
    others = {
        message: mistaken
        for message, mistaken in chapter06_judging.MISTAKES_OF_SCORE.items()
        if "all training images" not in message  # already there: no leak, but whole
    }
    found = {tuple(way(case) for case in cases) for way in [*ways, *others.values()]}
    assert len(found) == len(ways) + len(others)


def test_the_listing_is_too_good():
    cases, leaks = chapter06_judging._cases(), frozenset(chapter06_judging.LEAKS)
    for case in cases:
        listed = chapter06_judging.score(case, leaks, whole=True)
        assert listed > chapter06_judging.score(case) + 0.1


def test_whitening_and_units_matter_by_more_than_the_tolerance():
    assert recognised(16) - recognised(16, whitened=False) > 0.2
    assert recognised(64) - recognised(8) > 5 * chapter06_patches.NEAR
    assert recognised(64) - recognised(16) < chapter06_patches.NEAR / 2
    assert recognised(16) - recognised(16, stride=2) < 0.1


@pytest.mark.parametrize(("given", "says"), [((5,), "units is 5"), ((8, 3), "stride is 3")])
def test_what_cannot_be_measured_is_refused(given, says):
    with pytest.raises(InputError, match=says):
        recognised(*given)


def photographs(**changed):
    names = {"np": np}
    exec(PHOTOGRAPHS, names)
    return names["mine"] | changed


def test_own_photographs_are_counted_and_compared_in_pairs():
    result = check("6.7", photographs())
    assert result.passed, result
    assert "patches recognise 80 %, HOG 65 %" in result.message
    assert "Patches alone are right on 5, HOG alone on 2; 7 tosses" in result.message
    assert "in 45% of all cases" in result.message


def test_series_of_shots_are_remarked_upon():
    mine = photographs()
    images = mine["images"].copy()
    images[0] = np.clip(images[1] + 0.01, 0, 1)
    result = check("6.7", mine | {"images": images})
    assert result.passed, result
    assert "1 test images have nearly a twin" in result.message


def test_answers_that_are_right_on_the_same_images_are_not_compared():
    mine = photographs()
    result = check("6.7", mine | {"hog": mine["patches"]})
    assert "the very same photographs" in result.message
