"""The words everybody uses: messages and refusals, the pass rule, Việt Nam's calendar, names.

Start with ``messages`` (what people are told) and ``refusals`` (why something is not done), then
``passing`` (when points are enough), ``marks`` (what marking gives back), ``manifest`` (what a
release says of its course), ``calendar`` (days as the programme counts them) and ``names`` (the
order and the plain spelling of Vietnamese names). It stands on the standard library alone and never
reads a file, a clock or the environment.
"""
