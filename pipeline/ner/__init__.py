"""Names found by a neural network: lexical features of word forms, an encoder, and a conditional random field.

The only package besides ``annotate`` that imports spaCy; its layers and its component are registered by entry points.
"""
