"""Train what the chapters show for longer than a notebook may, and keep the numbers.

A module ``chapter…`` holds the experiments of one chapter in ``EXPERIMENTS``, by unique names, and
writes ``book/results/…_long_runs.json``. They train on the real data only and go through the
functions of ``aecourse.applications`` that the notebooks use too. Every choice was made on the
validation part; the test part is looked at once, at the end of a run.
"""
