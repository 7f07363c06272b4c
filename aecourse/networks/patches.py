"""Images cut into square patches, and put together again."""

from typing import Any

from aecourse.backend import keras
from aecourse.checks import whole
from aecourse.errors import InputError
from aecourse.networks.settings import sample_shape


class Patches:
    """How images of one size are cut into square patches, from left to right and top to bottom.

    Parameters
    ----------
    image_shape
        ``(height, width, channels)`` of one image.
    size
        Side of a patch, in pixels.

    Attributes
    ----------
    rows, columns
        Number of patches from top to bottom and from left to right.
    count
        Number of patches in an image.
    values
        Number of values in a patch.

    Raises
    ------
    InputError
        If ``image_shape`` is not that of an image, or a side is no multiple of ``size``.

    References
    ----------
    Dosovitskiy et al. (2021).

    Examples
    --------
    >>> from aecourse import networks
    >>> patches = networks.Patches((28, 28, 1), size=7)
    >>> patches.count, patches.values
    (16, 49)
    """

    def __init__(self, image_shape: tuple[int, int, int], size: int) -> None:
        shape = sample_shape(image_shape)
        if len(shape) != 3:
            raise InputError(
                f"input_shape is {shape}; patches are cut out of (height, width, channels), such "
                "as (28, 28, 1) for a grey image."
            )
        self.height, self.width, self.channels = shape
        self.size = whole(size, "patch_size")
        if self.height % self.size or self.width % self.size:
            raise InputError(
                f"patch_size is {size} and the image has {self.height} × {self.width} pixels; give "
                "a patch_size that divides both sides, or cut or pad the images."
            )
        self.rows, self.columns = self.height // self.size, self.width // self.size
        self.count = self.rows * self.columns
        self.values = self.size**2 * self.channels

    def split(self, images: Any) -> Any:
        """Return the patches, shape ``(batch, count, values)``, of ``(batch, *image_shape)``."""
        ops, size = keras.ops, self.size
        grid = ops.reshape(images, (-1, self.rows, size, self.columns, size, self.channels))
        return ops.reshape(ops.transpose(grid, (0, 1, 3, 2, 4, 5)), (-1, self.count, self.values))

    def join(self, patches: Any) -> Any:
        """Return the images, shape ``(batch, *image_shape)``, of ``(batch, count, values)``."""
        ops, size = keras.ops, self.size
        grid = ops.reshape(patches, (-1, self.rows, self.columns, size, size, self.channels))
        grid = ops.transpose(grid, (0, 1, 3, 2, 4, 5))
        return ops.reshape(grid, (-1, self.height, self.width, self.channels))
