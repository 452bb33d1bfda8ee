"""The description of a run as a Data Package (https://datapackage.org, by Frictionless)."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from pipeline.metadata import about
from pipeline.metadata.declared import KEYS, columns
from pipeline.records import TABLES, Record

PARQUET = "application/vnd.apache.parquet"


def of_run(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return the description of a run's Parquet datasets, a resource a table."""
    resources = []
    for record in TABLES:
        files = [file for file in manifest["files"] if file["path"].startswith(f"{record.table}/")]
        paths = [file["path"] for file in files]
        resource = {
            "name": record.table,
            "title": record.purpose,
            "path": paths[0] if len(paths) == 1 else paths,
            "scheme": "file",
            "format": "parquet",
            "mediatype": PARQUET,
            "rows": manifest["rows"][record.table],
        }
        if len(files) == 1:
            resource |= {"bytes": files[0]["bytes"], "hash": f"sha256:{files[0]['sha256']}"}
        resources.append(resource | {"schema": table_schema(record)})
    return package(manifest, resources)


def of_csv(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return the description of a run that was exported as CSV, a file a table."""
    resources = [
        {
            "name": record.table,
            "title": record.purpose,
            "path": f"{record.table}.csv",
            "scheme": "file",
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8-sig",
            "schema": table_schema(record),
        }
        for record in TABLES
    ]
    return package(manifest, resources)


def package(manifest: Mapping[str, Any], resources: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a Data Package of ``resources`` with the provenance of the run."""
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "plextract-tables",
        "id": manifest["run"],
        "title": about.TITLE,
        "description": about.DESCRIPTION,
        "version": about.version(manifest),
        "keywords": list(about.KEYWORDS),
        "licenses": [{"name": about.RIGHTS_NAME, "title": about.RIGHTS}],
        "provenance": about.provenance(manifest),
        "settings": manifest["settings"],
        "resources": resources,
    }


def table_schema(record: type[Record]) -> dict[str, Any]:
    """Return the Table Schema of a table: types, meanings, units, vocabularies, keys."""
    described = []
    foreign = []
    for column in columns(record):
        constraints: dict[str, Any] = {} if column.nullable else {"required": True}
        if column.values:
            constraints["enum"] = list(column.values)
        field: dict[str, Any] = {
            "name": column.name, "type": schema_type(column.arrow), "description": column.meaning
        }  # fmt: skip
        if column.unit:
            field["unit"] = column.unit
        if constraints:
            field["constraints"] = constraints
        described.append(field)
        if column.refers_to is not None:
            reference = {"resource": column.refers_to.table, "fields": [KEYS[column.refers_to.table]]}
            foreign.append({"fields": [column.name], "reference": reference})
    schema: dict[str, Any] = {"fields": described, "missingValues": [""]}
    if record.table in KEYS:
        schema["primaryKey"] = [KEYS[record.table]]
    if foreign:
        schema["foreignKeys"] = foreign
    return schema


def schema_type(arrow: pa.DataType) -> str:
    """Return the Table Schema type of an Arrow type; raises ``ValueError`` on a kind that no table has yet."""
    kinds = {
        "string": pa.types.is_string,
        "boolean": pa.types.is_boolean,
        "integer": pa.types.is_integer,
        "number": lambda kind: pa.types.is_floating(kind) or pa.types.is_decimal(kind),
        "date": pa.types.is_date,
        "time": pa.types.is_time,
        "array": pa.types.is_list,
    }
    for name, fits in kinds.items():
        if fits(arrow):
            return name
    raise ValueError(f"{arrow} has no type of Table Schema here; add it")
