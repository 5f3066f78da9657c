"""The OpenAPI document: every operation is described, shows what goes in and out, and its examples are true."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from config.schema import METHODS


def generate() -> dict[str, Any]:
    return SchemaGenerator().get_schema(request=None, public=True)


SCHEMA = generate()
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, operations in SCHEMA["paths"].items()
    for method, operation in operations.items()
    if method in METHODS
}
every_operation = pytest.mark.parametrize("name", OPERATIONS)


def contents(operation: dict[str, Any], *, errors: bool) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(status, media type, content) of the answers."""
    for status, response in operation["responses"].items():
        if (status[0] in "45") == errors:
            for media, content in response.get("content", {}).items():
                yield status, media, content


def violations(content: dict[str, Any], value: Any) -> list[str]:
    """What is wrong with an example, seen from its schema in the document."""
    document = Resource.from_contents(SCHEMA, default_specification=DRAFT202012)
    registry = Registry().with_resource("urn:api", document)
    schema = {
        "$id": "urn:api:one",
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "allOf": [_absolute(content["schema"])],
    }
    checker = Draft202012Validator(schema, registry=registry, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [f"{'/'.join(map(str, error.path))}: {error.message}" for error in checker.iter_errors(value)]


def _absolute(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {key: f"urn:api{value}" if key == "$ref" else _absolute(value) for key, value in schema.items()}
    return [_absolute(item) for item in schema] if isinstance(schema, list) else schema


def unknown_fields(content: dict[str, Any], value: Any) -> set[str]:
    """Fields of an example that its object schema does not name; JSON Schema would let them pass."""
    schema = content["schema"]
    while "$ref" in schema:
        schema = SCHEMA["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    if schema.get("type") == "array" and isinstance(value, list):
        return {name for item in value for name in unknown_fields({"schema": schema["items"]}, item)}
    properties = schema.get("properties")
    if not properties or not isinstance(value, dict):
        return set()
    found = set(value) - set(properties)
    for name in set(value) & set(properties):
        found |= {f"{name}.{inner}" for inner in unknown_fields({"schema": properties[name]}, value[name])}
    return found


def test_the_document_is_valid_and_raises_no_warning(tmp_path):
    validate_schema(SCHEMA)
    call_command("spectacular", fail_on_warn=True, file=str(tmp_path / "schema.yml"))


def test_there_is_something_to_test():
    assert "GET /api/v1/processing/jobs/{job_id}" in OPERATIONS
    assert len(OPERATIONS) > 20


@every_operation
def test_it_is_described_in_a_sentence(name):
    assert OPERATIONS[name].get("description", "").strip().endswith((".", "`", "?"))


@every_operation
def test_what_goes_in_has_an_example_that_its_schema_accepts(name):
    for media, content in OPERATIONS[name].get("requestBody", {}).get("content", {}).items():
        if media != "application/json":
            continue
        assert content.get("examples"), f"{media} has no example"
        for example in content["examples"].values():
            assert violations(content, example["value"]) == []
            assert unknown_fields(content, example["value"]) == set()


@every_operation
def test_what_comes_out_has_an_example_that_its_schema_accepts(name):
    answers = OPERATIONS[name]["responses"]
    assert any(status[0] == "2" for status in answers)
    for status, media, content in contents(OPERATIONS[name], errors=False):
        if media != "application/json":
            continue
        assert content.get("examples"), f"{status} has no example"
        for example in content["examples"].values():
            assert violations(content, example["value"]) == []
            assert unknown_fields(content, example["value"]) == set()


@every_operation
def test_its_errors_have_the_one_shape_and_an_example(name):
    operation = OPERATIONS[name]
    assert any(status[0] == "4" for status in operation["responses"])
    for status, media, content in contents(operation, errors=True):
        assert media == "application/json"
        assert content["schema"] == {"$ref": "#/components/schemas/Error"}, status
        for example in content["examples"].values():
            assert violations(content, example["value"]) == []
            assert example["value"]["detail"].endswith("."), status
            assert example["value"]["suggestion"].endswith("."), status


@pytest.mark.parametrize("page", ["docs", "redoc", "docs/?script="])
@pytest.mark.django_db
def test_the_pages_for_people_need_nothing_from_elsewhere_and_no_inline_script(client, page):
    address = f"/api/v1/{page}" if "?" in page else f"/api/v1/{page}/"
    answer = client.get(address)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "cdn." not in text
    assert "https://" not in text
    if "?" not in page:
        assert "<script>" not in text
        assert "script-src 'self'" in answer["Content-Security-Policy"]


def test_the_version_of_openapi_is_one_whose_schemas_are_json_schema():
    assert SCHEMA["openapi"] == settings.SPECTACULAR_SETTINGS["OAS_VERSION"] == "3.1.0"
