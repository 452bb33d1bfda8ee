"""The review page: a person checks the rows of a run, and what follows from that."""
