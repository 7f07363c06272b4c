"""``aecourse`` as a tool for one's own data: a configuration, a training, a result to apply.

One module for one concern, each importing only from those before it:

- ``sections``, ``networks_schema``, ``objectives_schema``, ``sweep_schema``, ``schema``: every key
  of a configuration; ``combinations``, ``space``: what is impossible together;
- ``yaml_lines``, ``problems``, ``configuration``: a file read, and what is wrong with it said line
  by line; ``reference``: the keys in words, and the file that a new project starts with;
- ``files``, ``columns``, ``tables``, ``pictures``, ``samples``: data of one's own, read, shared
  out and encoded;
- ``building``: the model; ``scoring``, ``evaluation``: what it is worth;
- ``run_directory``, ``run``: the folder of a run; ``figures``, ``report``, ``results``: what is
  written into it;
- ``training``, ``judging``, ``applying``, ``comparison``, ``exporting``: what the commands do;
- ``processes``: commands started from a command; ``team``, ``team_training``, ``together``: one
  training by several processes; ``sweep_folder``, ``sweep_trials``, ``pruning``, ``sweep_results``,
  ``sweeping``: many trainings by several workers;
- ``starter``, ``doctor``: before the first run.

The commands themselves, in :mod:`aecourse.cli`, only turn arguments into calls. Keras is imported
when a model is built or loaded, not before.
"""
