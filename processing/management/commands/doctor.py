"""Look this instance over."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from processing.upkeep.doctor import Finding, examine


class Command(BaseCommand):
    help = "Look database, storage, Redis, disk and workers over, and say what to do."
    requires_system_checks = ()

    def handle(self, **options: Any) -> None:
        findings = examine()
        for finding in findings:
            self.stdout.write(self._line(finding))
        broken = [finding.subject for finding in findings if finding.advice and finding.is_needed]
        if broken:
            raise CommandError(f"Aureole cannot work yet: {', '.join(broken)}.")

    def _line(self, finding: Finding) -> str:
        if not finding.advice:
            return f"{finding.subject}: {finding.sentence}"
        colour = self.style.ERROR if finding.is_needed else self.style.WARNING
        return colour(f"{finding.subject}: {finding.sentence} {finding.advice}")
