"""What a run says of its own tables, beside them: a Data Package and a Croissant description.

Both follow from the declarations in ``records`` and from the run's manifest alone, so that the same run has the
same bytes of them. No time is in them: a manifest's timings are left out.
"""

import json
from collections.abc import Mapping
from typing import Any

from pipeline import write
from pipeline.metadata import croissant, data_package
from pipeline.storage import Place

DATA_PACKAGE = "datapackage.json"
CROISSANT = "croissant.json"
FILES = (DATA_PACKAGE, CROISSANT)


def describe(manifest: Mapping[str, Any], folder: Place) -> None:
    """Write the descriptions of the datasets under ``folder`` that ``manifest`` lists."""
    for name, description in (
        (DATA_PACKAGE, data_package.of_run(manifest)),
        (CROISSANT, croissant.of_run(manifest)),
    ):
        write_json(description, folder / name)


def write_json(description: Mapping[str, Any], path: Place) -> None:
    """Write a description as JSON that people can read too."""
    with write.replacing(path) as file:
        file.write((json.dumps(description, indent=2, ensure_ascii=False) + "\n").encode())
