"""Training a model: :func:`fit`, and the :class:`History` it returns."""

from aecourse.training.history import History
from aecourse.training.layerwise import pretrain_layerwise
from aecourse.training.loop import fit
from aecourse.training.sparse import fit_sparse

__all__ = ["History", "fit", "fit_sparse", "pretrain_layerwise"]
