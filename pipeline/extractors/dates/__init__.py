"""Dates, months, years and intervals of a text, as EDTF.

``rules/dates.yaml`` says what a date looks like; this package says what it means.
"""

from pipeline.extractors.dates.extractor import extract, rules
from pipeline.extractors.dates.reference import stated_reference_date
from pipeline.extractors.dates.rule import DateRule

__all__ = ["DateRule", "extract", "rules", "stated_reference_date"]
