"""Below /api/ every error is JSON of the one shape, also where no view of ours was reached."""

import pytest
from django.test import Client

from processing.models import Job


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v2/photos", "/api/v1/photos/7", "/api/v1/uploads/x/parts/y"])
@pytest.mark.parametrize("method", ["get", "put"])
def test_an_address_of_the_api_that_is_none_answers_as_the_api_does(path: str, method: str) -> None:
    answer = getattr(Client(), method)(path)
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/json"
    assert set(answer.json()) == {"error", "detail", "suggestion"}


def test_elsewhere_it_is_a_page() -> None:
    assert "text/html" in Client().get("/nothing")["Content-Type"]


@pytest.mark.parametrize(("path", "kind"), [("/api/v1/processing/jobs", "application/json"), ("/jobs", "text/html")])
def test_our_own_fault_is_told_without_its_inside(
    alice: object, monkeypatch: pytest.MonkeyPatch, path: str, kind: str
) -> None:
    def crash(*_: object) -> None:
        raise RuntimeError("password of the database")

    client = Client(raise_request_exception=False)
    client.force_login(alice, backend="allauth.account.auth_backends.AuthenticationBackend")
    monkeypatch.setattr(type(Job.objects.all()), "visible_to", crash)
    answer = client.get(path)
    assert (answer.status_code, answer["Content-Type"].split(";")[0]) == (500, kind)
    assert "password" not in answer.content.decode()
