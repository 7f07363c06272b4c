"""The course's models behind scikit-learn's interface, for tables of ``(samples, features)``.

:class:`AutoencoderTransformer` shortens rows to codes and restores them, as PCA does;
:class:`AutoencoderDetector` scores how abnormal rows are. Both bring their own scaling, validation
and early stopping, and can be cloned, searched over, put in a pipeline and pickled. Keras is
imported by ``fit``, not before.
"""

from aecourse.estimators.detector import AutoencoderDetector
from aecourse.estimators.transformer import AutoencoderTransformer

__all__ = ["AutoencoderDetector", "AutoencoderTransformer"]
