"""The description of a run in Croissant (https://docs.mlcommons.org/croissant), which data search and ML tools read."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from pipeline.metadata import about
from pipeline.metadata.data_package import schema_type
from pipeline.metadata.declared import KEYS, Declared, columns
from pipeline.records import TABLES, Record

PARQUET = "application/x-parquet"
"""The name by which readers of Croissant know Parquet."""
CONFORMS_TO = "http://mlcommons.org/croissant/1.0"
CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
"""The JSON-LD context that version 1.0 of the format prescribes."""


def of_run(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return the description of a run's datasets: every file, every table, every vocabulary.

    A table of one part is that file; one of several is the set of its files.
    """
    files: list[dict[str, Any]] = []
    tables: list[dict[str, Any]] = []
    vocabularies: list[dict[str, Any]] = []
    for record in TABLES:
        parts = [_file(file) for file in manifest["files"] if file["path"].startswith(f"{record.table}/")]
        files += parts
        source: dict[str, Any] = {"fileObject": {"@id": parts[0]["@id"]}}
        if len(parts) > 1:
            files.append(_file_set(record, parts))
            source = {"fileSet": {"@id": files[-1]["@id"]}}
        tables.append(_record_set(record, source))
        vocabularies += [_vocabulary(record, column) for column in columns(record) if column.values]
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS_TO,
        "name": "plextract-tables",
        "description": f"{about.TITLE}. {about.DESCRIPTION}",
        "version": about.version(manifest),
        "keywords": list(about.KEYWORDS),
        "inLanguage": "pl",
        "license": about.RIGHTS,
        "citeAs": about.citation(manifest),
        "isLiveDataset": False,
        "rai:machineAnnotationTools": [
            f"plextract {manifest['versions']['plextract']}, rules {manifest['rules']}, model {about.model(manifest)}"
        ],
        "distribution": files,
        "recordSet": [*vocabularies, *tables],
    }


def _file(file: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": file["path"],
        "name": file["path"],
        "contentUrl": file["path"],
        "contentSize": f"{file['bytes']} B",
        "encodingFormat": PARQUET,
        "sha256": file["sha256"],
    }


def _file_set(record: type[Record], parts: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "@type": "cr:FileSet",
        "@id": f"{record.table}-parts",
        "name": f"{record.table}-parts",
        "containedIn": [{"@id": part["@id"]} for part in parts],
        "encodingFormat": PARQUET,
        "includes": f"{record.table}/*.parquet",
    }


def _record_set(record: type[Record], source: Mapping[str, Any]) -> dict[str, Any]:
    table: dict[str, Any] = {
        "@type": "cr:RecordSet",
        "@id": record.table,
        "name": record.table,
        "description": f"One row is {record.purpose}.",
        "field": [_field(record, column, source) for column in columns(record)],
    }
    if record.table in KEYS:
        table["key"] = {"@id": f"{record.table}/{KEYS[record.table]}"}
    return table


def _field(record: type[Record], column: Declared, source: Mapping[str, Any]) -> dict[str, Any]:
    unit = f" (unit: {column.unit})" if column.unit else ""
    null = " May be null." if column.nullable else ""
    exact = " An exact decimal in the file." if pa.types.is_decimal(column.arrow) else ""
    repeated = pa.types.is_list(column.arrow)
    field: dict[str, Any] = {
        "@type": "cr:Field",
        "@id": f"{record.table}/{column.name}",
        "name": column.name,
        "description": f"{column.meaning}{unit}.{null}{exact}",
        "dataType": _type(column.arrow.value_type if repeated else column.arrow),
        "source": {**source, "extract": {"column": column.name}},
    }
    if repeated:
        field["repeated"] = True
    if column.values:
        field["references"] = {"field": {"@id": f"{_vocabulary_id(record, column)}/name"}}
    elif column.refers_to is not None:
        target = column.refers_to.table
        field["references"] = {"field": {"@id": f"{target}/{KEYS[target]}"}}
    return field


def _vocabulary_id(record: type[Record], column: Declared) -> str:
    return f"{record.table}-{column.name}-values"


def _vocabulary(record: type[Record], column: Declared) -> dict[str, Any]:
    name = _vocabulary_id(record, column)
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": f"The values of {record.table}.{column.name}: {column.meaning}.",
        "dataType": "sc:Enumeration",
        "key": {"@id": f"{name}/name"},
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"{name}/name",
                "name": "name",
                "description": "the value",
                "dataType": "sc:Text",
            }
        ],
        "data": [{f"{name}/name": value} for value in column.values],
    }


def _type(arrow: pa.DataType) -> str:
    """Return the Croissant type of an Arrow type; the format has no exact decimals."""
    if pa.types.is_integer(arrow):
        return f"cr:Int{arrow.bit_width}"
    if pa.types.is_floating(arrow):
        return f"cr:Float{arrow.bit_width}"
    return {
        "string": "sc:Text", "boolean": "sc:Boolean", "number": "sc:Float", "date": "sc:Date", "time": "sc:Time"
    }[schema_type(arrow)]  # fmt: skip
