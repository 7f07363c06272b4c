import numpy as np

from aecourse.datasets.split import latest_of_each, split_rows


def rows(seed=0):
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 4, (500, 3)).astype(float)  # many equal rows
    return x, (x.sum(axis=1) > 7).astype(np.int64)


def test_every_row_is_on_exactly_one_side():
    x, y = rows()
    train, test = split_rows(x, y, test_fraction=0.3)

    assert sorted([*train, *test]) == list(range(500))


def test_equal_rows_stay_on_one_side():
    x, y = rows()
    train, test = split_rows(x, y, test_fraction=0.3)

    assert not {tuple(row) for row in x[train]} & {tuple(row) for row in x[test]}


def test_both_sides_keep_the_share_of_each_class():
    x = np.random.default_rng(0).normal(size=(1000, 2))
    y = (np.arange(1000) < 100).astype(np.int64)
    train, test = split_rows(x, y, test_fraction=0.3)

    assert y[train].sum() == 70
    assert y[test].sum() == 30


def test_the_same_seed_gives_the_same_split():
    x, y = rows()

    for one, other in zip(
        split_rows(x, y, test_fraction=0.3), split_rows(x, y, test_fraction=0.3), strict=True
    ):
        np.testing.assert_array_equal(one, other)


def test_one_row_repeated_often_does_not_unbalance_the_split():
    x = np.concatenate([np.zeros((300, 2)), np.random.default_rng(0).normal(size=(700, 2))])
    y = (np.arange(1000) % 10 == 0).astype(np.int64)
    y[:300] = 0
    _, test = split_rows(x, y, test_fraction=0.3)

    assert 250 < len(test) < 320


def test_the_latest_of_each_group_are_marked():
    group = np.array([7, 7, 7, 7, 7, 3, 3, 9])
    time = np.array([5, 1, 4, 2, 3, 8, 6, 1])

    mask = latest_of_each(group, time, share=0.4)

    assert mask.tolist() == [True, False, True, False, False, True, False, False]
