"""Small images of which a half says what the other half shows."""

import numpy as np

SHAPE = (8, 8, 1)


def blobs(count, seed):
    """Return images with one bright spot somewhere, and in which half it lies."""
    rng = np.random.default_rng(seed)
    centre = rng.uniform(1, 6, (count, 2, 1, 1))
    rows, columns = np.mgrid[:8, :8]
    squares = np.square(rows - centre[:, 0]) + np.square(columns - centre[:, 1])
    return np.exp(-squares / 4)[..., None].astype("float32"), (centre[:, 1, 0, 0] > 3.5).astype(int)
