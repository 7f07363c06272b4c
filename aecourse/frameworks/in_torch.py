"""The autoencoder in PyTorch: a module and a training loop of one's own."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from aecourse.frameworks.weights import (
    CODE_SIZE,
    FILTERS,
    GRID,
    KERNEL,
    SHAPES,
    Weights,
    from_torch,
    to_torch,
)


class Autoencoder(nn.Module):
    """The network, with PyTorch's own starting weights, for images with the channel first."""

    def __init__(self) -> None:
        super().__init__()
        rows, columns, channels = GRID
        window = {"kernel_size": KERNEL, "stride": 2, "padding": 1}
        self.encoder = nn.Sequential(
            nn.Conv2d(1, FILTERS[0], **window),
            nn.ReLU(),
            nn.Conv2d(*FILTERS, **window),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(rows * columns * channels, CODE_SIZE),
        )
        self.decoder = nn.Sequential(
            nn.Linear(CODE_SIZE, rows * columns * channels),
            nn.ReLU(),
            nn.Unflatten(1, (channels, rows, columns)),
            nn.ConvTranspose2d(FILTERS[1], FILTERS[0], **window),
            nn.ReLU(),
            nn.ConvTranspose2d(FILTERS[0], 1, **window),
            nn.Sigmoid(),
        )

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return the reconstructions."""
        rebuilt: torch.Tensor = self.decoder(self.encoder(images))
        return rebuilt


def squared_error(images: torch.Tensor, rebuilt: torch.Tensor) -> torch.Tensor:
    """Return the squared error of an image, as the mean over the batch."""
    return ((images - rebuilt) ** 2).sum(dim=(1, 2, 3)).mean()


def tensor(images: NDArray[np.float32]) -> torch.Tensor:
    """Put the channel first."""
    return torch.from_numpy(np.ascontiguousarray(np.moveaxis(images, -1, 1)))


class Trainer:
    """The network with its optimiser, and the loop that trains it."""

    def __init__(self, weights: Weights | None = None, *, seed: int = 0) -> None:
        torch.manual_seed(seed)
        self.model = Autoencoder()
        if weights:
            given = map(np.ascontiguousarray, to_torch(weights).values())
            with torch.no_grad():
                for parameter, array in zip(self.model.parameters(), given, strict=True):
                    parameter.copy_(torch.from_numpy(array))
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=1e-3)

    def train_step(self, images: torch.Tensor) -> torch.Tensor:
        """Go one step and return the loss before it."""
        self.optimizer.zero_grad()
        loss = squared_error(images, self.model(images))
        loss.backward()
        self.optimizer.step()
        return loss.detach()

    def train_epoch(self, images: NDArray[np.float32], batch_size: int) -> float:
        """Train on the images once, in their order; return the mean loss."""
        self.model.train()
        losses = [self.train_step(batch) for batch in tensor(images).split(batch_size)]
        return float(torch.stack(losses).mean())

    @torch.no_grad()
    def reconstruct(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the reconstructions."""
        self.model.eval()
        return np.moveaxis(self.model(tensor(images)).numpy(), 1, -1)

    def loss_and_gradients(self, images: NDArray[np.float32]) -> tuple[float, Weights]:
        """Return the loss and the gradient of each array of weights."""
        self.model.zero_grad()
        loss = squared_error(tensor(images), self.model(tensor(images)))
        loss.backward()
        gradients = [parameter.grad.numpy().copy() for parameter in self.model.parameters()]
        return loss.item(), from_torch(dict(zip(SHAPES, gradients, strict=True)))

    def weights(self) -> Weights:
        """Return the weights in the common form."""
        arrays = [parameter.detach().numpy().copy() for parameter in self.model.parameters()]
        return from_torch(dict(zip(SHAPES, arrays, strict=True)))
