import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow


@pytest.mark.parametrize("reconstruction", ["squared_error", "bernoulli"])
def test_the_explorer_decodes_as_the_course_s_dense_autoencoder_does(reconstruction):
    from aecourse import models, networks
    from aecourse.widgets import DecoderExplorer, dense_layers

    encoder, decoder = networks.dense(input_shape=(6, 5, 1), code_size=2, hidden=(16,))
    model = models.Autoencoder(encoder, decoder, reconstruction=reconstruction)
    codes = np.random.default_rng(0).normal(size=(10, 2)).astype("float32")
    expected = np.asarray(model.decode(codes))[..., 0]
    weights, activations = dense_layers(decoder)
    explorer = DecoderExplorer(weights, activations, codes, image_shape=(6, 5), precision="float32")
    for code, image in zip(codes, expected, strict=True):
        np.testing.assert_allclose(explorer.decode(code), image, atol=1e-5)
