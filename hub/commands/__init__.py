"""The commands of `motcham`, one module for each room they open the door to.

Start at `hub.cli`, which lists them and turns whatever goes wrong into one sentence. A command
reads its arguments, opens what it needs, calls one function of a lower room, and says what came of
it; it decides nothing itself. Modules are imported when their command runs, so that ``--help`` is
quick and a broken room breaks only its own commands.
"""
