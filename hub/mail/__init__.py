"""Letters: `letters` words them, `sending` takes them from the outbox to a mail server, `wishes`
signs the links by which somebody wants no more of a kind, `deadlines` writes of lessons that close.

Start reading at `sending`. Letters are written to the outbox by the acts they tell of
(`records.platform.outbox`); nothing here is called from a page but what shows them.
"""
