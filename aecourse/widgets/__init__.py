"""Explorers that move in the published page, and controls to tune experiments in JupyterLab."""

from aecourse.widgets.decoder_explorer import DecoderExplorer, dense_layers
from aecourse.widgets.descent_explorer import DescentExplorer
from aecourse.widgets.line_explorer import LineExplorer

__all__ = ["DecoderExplorer", "DescentExplorer", "LineExplorer", "dense_layers"]
