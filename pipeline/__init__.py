"""plextract: dates, amounts, partner counts and organisations from raw Polish documents.

``extract`` and ``extract_many`` read texts; the names below are all that other programs should need. They are
imported when they are first asked for, so that importing the package costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.document import StageError
    from pipeline.flow import Extraction
    from pipeline.library import __version__, extract, extract_many
    from pipeline.models import ModelError
    from pipeline.records import (
        AmountMention,
        DateMention,
        DocumentRecord,
        Mention,
        OrganisationMention,
        PartnerCountMention,
    )
    from pipeline.rules import RuleError

__all__ = [
    "AmountMention",
    "DateMention",
    "DocumentRecord",
    "Extraction",
    "Mention",
    "ModelError",
    "OrganisationMention",
    "PartnerCountMention",
    "RuleError",
    "StageError",
    "__version__",
    "extract",
    "extract_many",
]

_HOMES = {
    "__version__": "library",
    "extract": "library",
    "extract_many": "library",
    "Extraction": "flow",
    "ModelError": "models",
    "RuleError": "rules",
    "StageError": "document",
}
"""The module of each name; the records have theirs."""


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES.get(name, 'records')}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
