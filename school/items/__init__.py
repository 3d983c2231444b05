"""Items on a running platform: moved on, calibrated from answers, and watched for leaking.

Start reading at `radar` (what counts as a sign) and `calibrating`. What is found is put before a
person; nobody's mark, pass or result is ever changed from here.
"""
