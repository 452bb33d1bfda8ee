"""What a run is, in words and in facts: title, provenance, rights, and how to cite it. Source: its manifest."""

from collections.abc import Mapping
from typing import Any

TITLE = "Dates, amounts of money, partner counts and organisations extracted from Polish documents"
DESCRIPTION = (
    "Tables made by plextract from Polish documents. Each row of a mention table names the characters of the "
    "normalised text (documents.text[start:end]) that it was read from, the rule that read it, and the estimated "
    "probability that it is right. Offsets are half-open and count Unicode code points."
)
KEYWORDS = ("Polish", "information extraction", "local government", "dates", "money", "organisations")
SOFTWARE_LICENCE = "GPL-3.0-or-later"
RIGHTS_NAME = "LicenseRef-of-the-documents"
RIGHTS = (
    "The tables quote the documents they were made from, whose authors keep their rights; whoever publishes the "
    "tables has to state a licence. plextract, which made them, is under GPL-3.0-or-later and claims nothing in them."
)


def version(manifest: Mapping[str, Any]) -> str:
    """Return a semantic version of the tables: that of plextract, with the run as build metadata."""
    return f"{manifest['versions']['plextract']}+{manifest['run'][:12]}"


def model(manifest: Mapping[str, Any]) -> str:
    """Return the name and version of the model that proposed organisations; ``none`` for rules alone."""
    used = manifest["versions"]["model"]
    return f"{used['name']} {used['version']}" if used else "none"


def citation(manifest: Mapping[str, Any]) -> str:
    """Return how to cite the tables of a run."""
    return (
        f"Tables made by plextract {manifest['versions']['plextract']} (model: {model(manifest)}; "
        f"rules: {manifest['rules'][:12]}; run: {manifest['run'][:12]}). For the software see its CITATION.cff."
    )


def provenance(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Return what the rows follow from, as names and values for a person to read."""
    versions = manifest["versions"]
    dictionary = versions["morfeusz2"]
    return {
        "run": manifest["run"],
        "plextract": versions["plextract"],
        "rules": manifest["rules"],
        "model": model(manifest),
        "python": versions["python"],
        "spacy": versions["spacy"],
        "pyarrow": versions["pyarrow"],
        "morfeusz2": dictionary["version"],
        "dictionary": dictionary["dictionary"],
        "dictionary_copyright": dictionary["copyright"],
        "software_licence": SOFTWARE_LICENCE,
        "rights": RIGHTS,
        "citation": citation(manifest),
    }
