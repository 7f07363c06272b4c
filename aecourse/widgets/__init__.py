"""Explorers that move in the published page, and controls to tune experiments in JupyterLab."""

from aecourse.widgets.cloud_explorer import CloudExplorer
from aecourse.widgets.controls import Choice, Range
from aecourse.widgets.decoder_explorer import DecoderExplorer
from aecourse.widgets.decoder_layers import TransposedConvolution, decoder_layers
from aecourse.widgets.descent_explorer import DescentExplorer
from aecourse.widgets.line_explorer import LineExplorer
from aecourse.widgets.setting_explorer import SettingExplorer
from aecourse.widgets.threshold_explorer import ThresholdExplorer
from aecourse.widgets.training_tuner import training_tuner
from aecourse.widgets.tuner import Tuner, tune

__all__ = [
    "Choice",
    "CloudExplorer",
    "DecoderExplorer",
    "DescentExplorer",
    "LineExplorer",
    "Range",
    "SettingExplorer",
    "ThresholdExplorer",
    "TransposedConvolution",
    "Tuner",
    "decoder_layers",
    "training_tuner",
    "tune",
]
