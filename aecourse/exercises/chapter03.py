"""The exercises of chapter 3: noise, distributions over codes, codebooks, networks."""

from aecourse.exercises import chapter03_latent, chapter03_networks, chapter03_noise
from aecourse.exercises.chapter03_latent import active_dimensions, divergences
from aecourse.exercises.chapter03_noise import add_noise

__all__ = ["EXERCISES", "TITLE", "active_dimensions", "add_noise", "divergences"]

TITLE = "Variants: networks times objectives"

EXERCISES = (
    *chapter03_noise.EXERCISES,
    *chapter03_latent.EXERCISES,
    *chapter03_networks.EXERCISES,
)
