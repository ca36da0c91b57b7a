"""Metadata of a reader's tables (CSDL 4.0), and the service document."""

from __future__ import annotations

import json
from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, tostring

from field178_server.office.odata.edm import EdmType, EntityProperty
from field178_server.office.odata.entity_sets import EntitySet
from field178_server.office.odata.supported import FUNCTIONS

NAMESPACE, CONTAINER = "Field178", "Container"
_EDMX, _EDM = "http://docs.oasis-open.org/odata/ns/edmx", "http://docs.oasis-open.org/odata/ns/edm"
_VOCABULARY = "https://docs.oasis-open.org/odata/odata-vocabularies/v4.0/vocabularies"
_CAPABILITIES = "Org.OData.Capabilities.V1"


def metadata_xml(tables: Iterable[EntitySet]) -> bytes:
    """Return the metadata of tables as XML."""
    root = Element("edmx:Edmx", {"Version": "4.0", "xmlns:edmx": _EDMX})
    reference = SubElement(root, "edmx:Reference", {"Uri": f"{_VOCABULARY}/{_CAPABILITIES}.xml"})
    SubElement(reference, "edmx:Include", {"Namespace": _CAPABILITIES, "Alias": "Capabilities"})
    schema = SubElement(
        SubElement(root, "edmx:DataServices"), "Schema", {"Namespace": NAMESPACE, "xmlns": _EDM}
    )
    entity_sets = list(tables)
    for table in entity_sets:
        _entity_type(schema, table)
    container = SubElement(schema, "EntityContainer", {"Name": CONTAINER})
    for table in entity_sets:
        named = {"Name": table.name, "EntityType": f"{NAMESPACE}.{table.entity}"}
        _annotate_table(SubElement(container, "EntitySet", named))
    functions = SubElement(container, "Annotation", {"Term": f"{_CAPABILITIES}.FilterFunctions"})
    listed = SubElement(functions, "Collection")
    for name in FUNCTIONS:
        SubElement(listed, "String").text = name
    written: bytes = tostring(root, "utf-8", xml_declaration=True)
    return written


def metadata_json(tables: Iterable[EntitySet]) -> bytes:
    """Return the metadata of tables as JSON (CSDL JSON 4.01)."""
    entity_sets = list(tables)
    container = {
        table.name: {"$Collection": True, "$Type": f"{NAMESPACE}.{table.entity}"} for table in entity_sets
    }
    document = {
        "$Version": "4.01",
        "$EntityContainer": f"{NAMESPACE}.{CONTAINER}",
        NAMESPACE: {
            **{table.entity: _json_type(table) for table in entity_sets},
            CONTAINER: {"$Kind": "EntityContainer", **container},
        },
    }
    return json.dumps(document, ensure_ascii=False).encode()


def service_document(root: str, tables: Iterable[EntitySet], *, with_context: bool) -> bytes:
    """Return the service document: the list of tables with their URLs."""
    value = [{"name": table.name, "kind": "EntitySet", "url": table.name} for table in tables]
    context = {"@odata.context": f"{root}$metadata"} if with_context else {}
    return json.dumps({**context, "value": value}, ensure_ascii=False).encode()


def _entity_type(schema: Element, table: EntitySet) -> None:
    type_ = SubElement(schema, "EntityType", {"Name": table.entity})
    key = SubElement(type_, "Key")
    for name in table.key:
        SubElement(key, "PropertyRef", {"Name": name})
    for property_ in table.properties:
        attributes = {"Name": property_.name, "Type": str(property_.type)}
        if not property_.is_nullable:
            attributes["Nullable"] = "false"
        if property_.type is EdmType.INSTANT:
            attributes["Precision"] = "6"
        SubElement(type_, "Property", attributes)


def _annotate_table(entity_set: Element) -> None:
    for term, name in (
        ("ExpandRestrictions", "Expandable"),
        ("SearchRestrictions", "Searchable"),
        ("InsertRestrictions", "Insertable"),
        ("UpdateRestrictions", "Updatable"),
        ("DeleteRestrictions", "Deletable"),
    ):
        annotation = SubElement(entity_set, "Annotation", {"Term": f"{_CAPABILITIES}.{term}"})
        record = SubElement(annotation, "Record")
        SubElement(record, "PropertyValue", {"Property": name, "Bool": "false"})


def _json_type(table: EntitySet) -> dict[str, object]:
    return {
        "$Kind": "EntityType",
        "$Key": list(table.key),
        **{property_.name: _json_property(property_) for property_ in table.properties},
    }


def _json_property(property_: EntityProperty) -> dict[str, object]:
    described: dict[str, object] = {} if property_.type is EdmType.STRING else {"$Type": str(property_.type)}
    if property_.is_nullable:
        described["$Nullable"] = True
    if property_.type is EdmType.INSTANT:
        described["$Precision"] = 6
    return described
