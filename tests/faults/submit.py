"""Hand jobs in from a process of its own: ``python -m tests.faults.submit JSON``; prints their ids."""

import json
import sys

import django

if __name__ == "__main__":
    django.setup()
    import tests.faults.recipes  # noqa: F401
    from circles.models import User
    from processing import jobs

    wish = json.loads(sys.argv[1])
    person, _ = User.objects.get_or_create(email=f"{wish.get('person', 'alice')}@example.com")
    made = [
        jobs.submit(actor=person, kind=wish.get("kind", "paint"), options={"seconds": wish.get("seconds", 0.1)})
        for _ in range(wish.get("count", 1))
    ]
    sys.stdout.write(json.dumps([str(job.pk) for job in made]))
