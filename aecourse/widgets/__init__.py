"""Explorers that move in the published page, and controls to tune experiments in JupyterLab."""

from aecourse.widgets.cloud_explorer import CloudExplorer
from aecourse.widgets.controls import Choice, Range
from aecourse.widgets.decoder_explorer import DecoderExplorer
from aecourse.widgets.decoder_layers import TransposedConvolution, decoder_layers
from aecourse.widgets.descent_explorer import DescentExplorer
from aecourse.widgets.line_explorer import LineExplorer
from aecourse.widgets.recommendation_explorer import RecommendationExplorer
from aecourse.widgets.setting_explorer import SettingExplorer
from aecourse.widgets.threshold_explorer import ThresholdExplorer
from aecourse.widgets.title_form import TitleForm
from aecourse.widgets.training_tuner import training_tuner
from aecourse.widgets.tuner import Tuner, tune
from aecourse.widgets.words_explorer import WordsExplorer

__all__ = [
    "Choice",
    "CloudExplorer",
    "DecoderExplorer",
    "DescentExplorer",
    "LineExplorer",
    "Range",
    "RecommendationExplorer",
    "SettingExplorer",
    "ThresholdExplorer",
    "TitleForm",
    "TransposedConvolution",
    "Tuner",
    "WordsExplorer",
    "decoder_layers",
    "training_tuner",
    "tune",
]
