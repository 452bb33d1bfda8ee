"""From mentions of organisations to organisations: one id for a name, its inflected forms, variants and acronym.

``resolve`` does what one document tells, ``NameIndex`` what a whole run tells, ``OrganisationIndex`` sums it up.
"""

from collections.abc import Sequence
from dataclasses import replace

from pipeline.document import Document
from pipeline.nominative import nominative
from pipeline.records import OrganisationMention
from pipeline.resolve.identity import name_key, org_id
from pipeline.resolve.index import OrganisationIndex
from pipeline.resolve.locate import located
from pipeline.resolve.register import Register, read_register
from pipeline.resolve.run import NameIndex, Naming, unify

__all__ = [
    "NameIndex",
    "Naming",
    "OrganisationIndex",
    "Register",
    "name_key",
    "nominative",
    "org_id",
    "read_register",
    "resolve",
    "unify",
]


def resolve(
    document: Document, mentions: Sequence[OrganisationMention], register: Register | None = None
) -> list[OrganisationMention]:
    """Give every mention of a document its organisation's id, the acronym that the document ties to it, and its place.

    With a ``register``, units of local government get their codes.
    """
    acronyms: dict[str, str] = {}
    types: dict[str, str] = {}
    for mention in mentions:
        key = name_key(mention.name)
        if mention.acronym:
            acronyms.setdefault(key, mention.acronym)
        if types.setdefault(key, mention.org_type) == "other":
            types[key] = mention.org_type
    placed = zip(mentions, located(document, mentions, register), strict=True)
    return unify(
        replace(
            mention,
            acronym=acronyms.get(name_key(mention.name)),
            org_type=types[name_key(mention.name)],
            org_id=org_id(mention.name),
            located_in=located_in,
            teryt=teryt,
        )
        for mention, (located_in, teryt) in placed
    )
