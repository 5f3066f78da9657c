"""The database counts photos a month by itself; whatever is done to photos, the counts are what counting would give."""

import random
import threading
from datetime import UTC, date, datetime
from importlib import import_module
from typing import Any

import pytest
from django.db import connection
from django.db.models import Count

from circles.models import User
from photos.actions.library import bin_photos, edit_photo, purge_photos, restore_photos
from photos.models import MonthCount, Photo

MONTHS = [date(2026, month, 1) for month in range(1, 7)]


def counted(owner: User) -> list[tuple[date, int]]:
    mine = Photo.objects.filter(owner=owner, deleted_at=None)
    return list(mine.values_list("month").annotate(count=Count("pk")).order_by("-month"))


def kept(owner: User) -> list[tuple[date, int]]:
    return MonthCount.objects.visible_to(owner).newest_first()


def test_counts_follow_photos_through_their_life(alice: User, make_photo: Any) -> None:
    photos = [make_photo(alice, with_files=False) for _ in range(3)]
    assert kept(alice) == [(date(2026, 10, 1), 3)]

    edit_photo(actor=alice, photo_id=photos[0].pk, changes={"taken_at": datetime(2025, 2, 3, tzinfo=UTC)})
    bin_photos(actor=alice, ids=[photos[1].pk])
    assert kept(alice) == counted(alice) == [(date(2026, 10, 1), 1), (date(2025, 2, 1), 1)]

    restore_photos(actor=alice, ids=[photos[1].pk])
    bin_photos(actor=alice, ids=[photos[0].pk])
    purge_photos(actor=alice, ids=[photos[0].pk])
    assert kept(alice) == counted(alice) == [(date(2026, 10, 1), 2)]


def test_counts_survive_whatever_is_written_in_bulk(alice: User, bob: User, make_photo: Any) -> None:
    chance = random.Random(7)
    photos = [make_photo(chance.choice([alice, bob]), with_files=False) for _ in range(24)]
    for _ in range(30):
        some = Photo.objects.filter(pk__in=[photo.pk for photo in chance.sample(photos, 8)])
        some.update(
            month=chance.choice(MONTHS),
            deleted_at=chance.choice([None, None, datetime(2026, 10, 1, tzinfo=UTC)]),
            owner=chance.choice([alice, bob]),
        )
    Photo.objects.filter(month=MONTHS[0]).delete()

    assert (kept(alice), kept(bob)) == (counted(alice), counted(bob))
    assert kept(alice)


def test_bob_does_not_see_alices_months(alice: User, bob: User, make_photo: Any) -> None:
    make_photo(alice, with_files=False)

    assert kept(bob) == []


def test_an_account_can_go_with_its_counts(alice: User, make_photo: Any) -> None:
    make_photo(alice, with_files=False)
    gone = alice.pk

    MonthCount.objects.filter(owner=alice).delete()  # the worse of the two orders a cascade may take
    Photo.objects.filter(owner=alice).delete()

    assert not MonthCount.objects.filter(owner=gone).exists()


@pytest.mark.django_db(transaction=True)
def test_moves_between_the_same_two_months_at_once_neither_lock_nor_lose(alice: User, make_photo: Any) -> None:
    for month in MONTHS[:2] * 5:
        make_photo(alice, with_files=False, sort_at=datetime(2026, month.month, 2, tzinfo=UTC))
    failures: list[Exception] = []

    def move(first: date, then: date) -> None:
        try:
            for _ in range(40):
                one = Photo.objects.filter(owner=alice, month=first).order_by("?").first()
                if one:
                    Photo.objects.filter(pk=one.pk).update(month=then)
        except Exception as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=move, args=pair) for pair in (MONTHS[:2], MONTHS[1::-1]) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not failures
    assert kept(alice) == counted(alice)


def test_photos_that_were_there_before_are_counted_by_the_migration(alice: User, make_photo: Any) -> None:
    make_photo(alice, with_files=False)
    MonthCount.objects.all().delete()

    with connection.cursor() as cursor:
        cursor.execute(import_module("photos.migrations.0003_month_counts").COUNT_ALL)

    assert kept(alice) == [(date(2026, 10, 1), 1)]
