"""The plain pages of circles: every button is a form that works without a script."""

import pytest

from circles.actions import circle_invitations, circles
from circles.models import Circle, CircleInvitation, Membership

pytestmark = pytest.mark.django_db


@pytest.fixture
def circle(alice, bob):
    made = circles.create_circle(actor=alice, name="The lake house", description="Summers.")
    Membership.objects.create(circle=made, user=bob)
    return made


def role_of(user, circle):
    return Membership.objects.get(user=user, circle=circle).role


def test_every_button_does_what_it_says(circle, alice, bob, session_of):
    page, hers = f"/circles/{circle.pk}", session_of(alice)
    hers.post(f"{page}/edit", {"name": "The lake", "description": ""})
    assert Circle.objects.get().name == "The lake"
    assert "A circle needs a name." in hers.post(f"{page}/edit", {"name": " "}).content.decode()
    hers.post(f"{page}/members/{bob.pk}/role", {"role": "admin"})
    assert role_of(bob, circle) == "admin"
    assert hers.post(f"{page}/members/{bob.pk}/role", {"role": "king"}).status_code == 400
    made = hers.post(f"{page}/invite", {"max_uses": 2, "days": 3}).content.decode()
    link = made.split('id="secret">')[1].split("<")[0].strip()
    assert link not in hers.get(page).content.decode(), "shown once"
    hers.post(f"/invitations/{CircleInvitation.objects.get().pk}/revoke")
    assert CircleInvitation.objects.get().state == "revoked"
    assert "only owner" in hers.get(page).content.decode()
    assert hers.post(f"{page}/leave").status_code == 409
    hers.post(f"{page}/handover", {"person_id": str(bob.pk)})
    assert (role_of(alice, circle), role_of(bob, circle)) == ("admin", "owner")
    hers.post(f"{page}/leave")
    assert list(Membership.objects.values_list("user", flat=True)) == [bob.pk]
    assert session_of(bob).post(f"{page}/delete")["Location"] == "/circles"
    assert not Circle.objects.exists()


def test_a_member_sees_no_button_they_may_not_press(circle, alice, bob, session_of):
    circle_invitations.make_invitation(actor=alice, circle_id=circle.pk, email="dora@example.com")
    page = session_of(bob).get(f"/circles/{circle.pk}").content.decode()
    assert "Leave this circle" in page
    for word in ("/invite", "/edit", "/delete", "/handover", "/role", "/remove", "dora@example.com", alice.email):
        assert word not in page, word


def test_many_invitations_within_an_hour_are_refused_on_the_page(circle, alice, session_of, settings):
    settings.INVITATIONS_PER_HOUR = 1
    circle_invitations.make_invitation(actor=alice, circle_id=circle.pk)
    page = session_of(alice).post(f"/circles/{circle.pk}/invite", {"max_uses": 1, "days": 3}).content.decode()
    assert "many invitations within an hour" in page


def test_a_page_costs_the_same_for_two_members_and_for_twenty(
    circle, alice, make_user, session_of, django_assert_max_num_queries
):
    for number in range(18):
        circles.feed.publish(circle=circle, actor=alice, verb="joined")
        Membership.objects.create(circle=circle, user=make_user(f"p{number}@example.com"))
    browser = session_of(alice)
    browser.get("/circles")
    with django_assert_max_num_queries(10):
        assert browser.get(f"/circles/{circle.pk}").status_code == 200
    with django_assert_max_num_queries(5):
        assert browser.get("/circles").status_code == 200
