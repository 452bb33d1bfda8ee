"""Fuzzing: hostile input made by mutation, and what must hold whatever the input is like.

    make fuzz                              # every target for two minutes of processor time
    cd tests && python -m fuzz html pdf --seconds 600
    cd tests && python -m fuzz --coverage  # which lines of the package the inputs found so far reach

``targets`` says what is fuzzed, ``oracles`` what must hold, ``seeds`` what mutation starts from. Inputs that once broke
something are in ``regressions/TARGET/``; ``tests/test_fuzz.py`` replays them.
"""
