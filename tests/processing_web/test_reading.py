"""What comes in is read strictly: unknown fields, unknown filters and strange keys are refused and named."""

import pytest
from django.http import QueryDict
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from processing.errors import Refused
from processing.idempotency import read_key
from processing.serializers import StrictSerializer, read_query


class Letter(StrictSerializer):
    to = serializers.CharField()
    stamp = serializers.CharField(read_only=True)


@pytest.mark.parametrize(
    ("data", "field", "reason"),
    [
        ({"to": "bob", "from": "alice"}, "from", "not known"),
        ({"to": "bob", "stamp": "free"}, "stamp", "cannot be set"),
        (QueryDict("to=bob&from=alice"), "from", "not known"),
        ({"to": "bob", 7: 1}, 7, "not known"),
    ],
)
def test_a_field_nobody_knows_is_refused_by_name(data, field, reason):
    letter = Letter(data=data)
    assert not letter.is_valid()
    assert reason in letter.errors[field][0]


def test_a_body_that_is_no_object_is_refused():
    assert not Letter(data=["to", "bob"]).is_valid()


class Parcel(StrictSerializer):
    size = serializers.ChoiceField(choices=[1, 2])
    by = serializers.MultipleChoiceField(choices=["air", "sea"], required=False)


def test_whoever_chooses_what_is_not_offered_is_told_what_is():
    parcel = Parcel(data={"size": 3, "by": ["land"]})
    assert not parcel.is_valid()
    assert parcel.errors == {"size": ["One of 1, 2, please."], "by": ["One of air, sea, please."]}


def test_paging_words_are_no_filters_but_unknown_filters_are_refused():
    factory = APIRequestFactory()
    assert read_query(Letter, Request(factory.get("/?to=bob&limit=3&cursor=x"))) == {"to": "bob"}
    with pytest.raises(ValidationError):
        read_query(Letter, Request(factory.get("/?to=bob&tto=bob")))


def asked(key: str | None, path: str = "/a", **headers) -> dict:
    extra = {} if key is None else {"HTTP_IDEMPOTENCY_KEY": key}
    return read_key(Request(APIRequestFactory().post(path, **extra)), headers or {"photo": 1})


def test_the_same_key_and_request_hash_alike_and_another_body_or_address_does_not():
    assert asked("k1") == asked("k1")
    assert asked("k1")["request_hash"] != asked("k1", photo=2)["request_hash"]
    assert asked("k1")["request_hash"] != asked("k1", path="/b")["request_hash"]
    assert asked(None) == {"idempotency_key": None, "request_hash": ""}


@pytest.mark.parametrize("key", ["", "x" * 201, "a\tb", "ключ"])
def test_a_strange_key_is_refused(key):
    with pytest.raises(Refused):
        asked(key)
