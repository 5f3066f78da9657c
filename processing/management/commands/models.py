"""The models of this instance."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from processing.imaging.catalog import Entry
from processing.imaging.modelstore import ModelProblem, Store
from processing.upkeep.models import telling
from processing.upkeep.models.fetching import Bar
from processing.upkeep.models.installing import Installation, Wish, install_file, install_published


class Command(BaseCommand):
    help = "List, install, remove and check models. Nothing is fetched unless install is given a name."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        listing = actions.add_parser("list", help="Every model: what for, whose, installed or not, what works without.")
        listing.set_defaults(act=self._list)
        install = actions.add_parser("install", help="From a file, folder or zip; or by name, from its publisher.")
        install.add_argument("what", help="A path, or a name of the list (fast-neural-style/candy for one style).")
        install.add_argument("--as", dest="name", default="", help="Which model of the list the file is.")
        install.add_argument("--trust-hash", default="", help="The SHA-256 that its publisher, whom you trust, states.")
        install.set_defaults(act=self._install)
        remove = actions.add_parser("remove", help="Delete a model; its fallback takes over at once.")
        remove.add_argument("name")
        remove.set_defaults(act=self._remove)
        check = actions.add_parser("check", help="Read every installed file through and compare it with its hash.")
        check.set_defaults(act=self._check)

    def handle(self, **options: Any) -> None:
        try:
            options["act"](Store(settings.MODELS_DIR), options)
        except ModelProblem as error:
            raise CommandError(str(error)) from None

    def _list(self, store: Store, options: dict[str, Any]) -> None:
        for entry in store.entries:
            first, *rest = telling.describe(store, entry)
            name, _, state = first.partition(": ")
            self.stdout.write(f"{self.style.MIGRATE_HEADING(name)}: {state}")
            self.stdout.write("".join(f"    {sentence}\n" for sentence in rest))

    def _install(self, store: Store, options: dict[str, Any]) -> None:
        source = Path(options["what"])
        if source.exists():
            entry = store.find(options["name"]) if options["name"] else None
            self._tell(store, install_file(store, source, Wish(entry, options["trust_hash"])))
            return
        if options["trust_hash"] or source.suffix:
            raise ModelProblem(f"There is no file {source}.")
        name, _, part = options["what"].partition("/")
        entry = store.find(name)
        self.stdout.write(f"{entry.title}. Licence: {entry.licence}. {entry.note}".rstrip())
        self._tell(store, install_published(store, entry, part, self._bar))

    def _remove(self, store: Store, options: dict[str, Any]) -> None:
        entry = store.find(options["name"])
        if not store.remove(entry):
            raise ModelProblem(f"{entry.title} is not installed.")
        self.stdout.write(f"Removed {entry.title}.")
        for purpose in entry.purposes:
            chief = store.serving(purpose)
            told = f"{chief.title} takes over." if chief else entry.without_it
            self.stdout.write(f"{telling.WORDS[purpose].capitalize()}: {told}")

    def _check(self, store: Store, options: dict[str, Any]) -> None:
        present = [entry for entry in store.entries if store.is_known(entry)]
        troubles = {entry.name: store.check(entry) for entry in present}
        for entry in present:
            for trouble in troubles[entry.name]:
                self.stdout.write(self.style.ERROR(f"{entry.name}: {trouble.what} {trouble.advice}"))
            if not troubles[entry.name]:
                self.stdout.write(f"{entry.name}: every file is what was installed.")
        if not present:
            self.stdout.write("No model is installed; everything works by its built-in method, or says what it needs.")
        broken = [name for name, found in troubles.items() if found]
        if broken:
            raise ModelProblem(f"Not in order: {', '.join(broken)}.")

    def _tell(self, store: Store, done: Installation) -> None:
        for part in done.parts:
            how = "pinned on your word" if part.pinned else "as published"
            if part.made_from:
                how = f"made of the published weights {part.made_from}"
            self.stdout.write(
                f"Installed {done.entry.title}: {part.published_as}, {telling.megabytes(part.bytes)}, "
                f"SHA-256 {part.sha256}, {how}. Licence: {telling.licence_of(done.entry, part)}."
            )
        if done.ignored:
            self.stdout.write(f"Not kept: {', '.join(done.ignored)}. {done.entry.leaves_out}".rstrip())
        self._duties(store, done.entry)

    def _duties(self, store: Store, entry: Entry) -> None:
        for sentence in telling.duties(store, entry):
            self.stdout.write(sentence)
        self.stdout.write(f"Were it removed: {entry.without_it}")

    def _bar(self, name: str, size: int) -> AbstractContextManager[Bar]:
        return tqdm(total=size, desc=name, unit="B", unit_scale=True, unit_divisor=1000)
