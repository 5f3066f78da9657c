"""Installs models from files: found out by hash, checked, staged, then taken in as a whole or not at all."""

import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from processing.imaging.catalog import Entry, Part, Publication, fits
from processing.imaging.modelstore import Installed, ModelProblem, Store, sha256
from processing.upkeep.models import graphs, weights
from processing.upkeep.models.fetching import Meter, fetch

_PIECE: Final = 1024 * 1024
_MOST_BYTES: Final = 2 * 1024**3
_MOST_MEMBERS: Final = 1000


@dataclass(frozen=True)
class Wish:
    """What a person asks for: ``entry`` narrows the search, ``trusted`` is the hash they vouch for (hex)."""

    entry: Entry | None = None
    trusted: str = ""


@dataclass(frozen=True)
class Installation:
    """What came of it; ``ignored`` are files of a folder or archive that are not kept."""

    entry: Entry
    parts: tuple[Installed, ...]
    ignored: tuple[str, ...] = ()


def install_file(store: Store, source: Path, wish: Wish) -> Installation:
    """Install from a file, a folder or a zip; needs no network. Raises ModelProblem, and then nothing has changed."""
    with store.staging() as staged:
        if source.is_dir():
            files = [path for path in sorted(source.rglob("*.onnx")) if path.is_file() and not path.is_symlink()]
            return _install_folder(store, wish, [(path.name, path) for path in files], staged, source.name)
        if source.suffix.lower() == ".zip":
            return _install_folder(store, wish, list(_unpacked(source, staged)), staged, source.name)
        return _install_single(store, wish, source, staged)


def install_published(store: Store, entry: Entry, part_name: str, meter: Meter) -> Installation:
    """Fetch the entry (or one part of it) from its publisher and install it. Raises ModelProblem."""
    with store.staging() as staged:
        if entry.archive is not None:
            target = staged / "fetched.zip"
            _fetch_checked(entry.archive, target, meter)
            files = list(_unpacked(target, staged))
            return _install_folder(store, Wish(entry), files, staged, entry.archive.file)
        publication = _to_fetch(entry, part_name)
        target = staged / "fetched"
        _fetch_checked(publication, target, meter)
        return _install_single(store, Wish(entry), target, staged)


def _fetch_checked(publication: Publication, target: Path, meter: Meter) -> None:
    fetch(publication, target, meter)
    if sha256(target) != publication.sha256:
        raise ModelProblem(
            f"{publication.address} did not send the published file (its SHA-256 is {sha256(target)}, "
            f"published is {publication.sha256}). Nothing was installed."
        )


def _to_fetch(entry: Entry, part_name: str) -> Publication:
    parts = [part for part in entry.parts if not part_name or part.name == part_name]
    if not parts or (len(parts) > 1 and not entry.needs_all):
        choices = ", ".join(f"{entry.name}/{part.name}" for part in entry.parts)
        raise ModelProblem(f"{entry.title} is several files.", f"Say which one: {choices}.")
    found = next((one for part in parts for one in part.published if one.address), None)
    if found is None:
        raise ModelProblem(
            f"{entry.title} has no address to fetch this from.",
            f"See {entry.page}, then: manage.py models install FILE",
        )
    return found


def _install_single(store: Store, wish: Wish, source: Path, staged: Path) -> Installation:
    found = _taken(store, wish, source.name, source, staged)
    if found is None:
        raise _unknown(store, wish, source)
    entry, part, path = found
    if entry.needs_all and len(entry.parts) > 1:
        raise ModelProblem(
            f"{part.published_as} is one part of {entry.title}, which works only as a whole.",
            "Install the folder or the zip it came in.",
        )
    store.adopt(entry, [(part, path)])
    return Installation(entry, (part,))


def _install_folder(store: Store, wish: Wish, files: list[tuple[str, Path]], staged: Path, name: str) -> Installation:
    taken: dict[str, tuple[Entry, Installed, Path]] = {}
    ignored = []
    for shown, path in files:
        found = _taken(store, wish, shown, path, staged)
        if found is None:
            ignored.append(shown)
        else:
            taken[found[1].part] = found
    entries = {found[0].name: found[0] for found in taken.values()}
    if len(entries) != 1:
        held = f"models of {', '.join(entries)}" if entries else "no model the catalogue knows"
        raise ModelProblem(f"{name} holds {held}. Nothing was installed.", "Give the files of one model.")
    entry = next(iter(entries.values()))
    absent = [part.name for part in entry.parts if part.name not in taken]
    if entry.needs_all and absent:
        raise ModelProblem(
            f"{name} lacks the published {', '.join(absent)} of {entry.title}. Nothing was installed.",
            f"Fetch the whole again: {entry.page}",
        )
    parts = [(part, path) for _, part, path in taken.values()]
    store.adopt(entry, parts)
    return Installation(entry, tuple(part for part, _ in parts), tuple(ignored))


def _taken(store: Store, wish: Wish, shown: str, source: Path, staged: Path) -> tuple[Entry, Installed, Path] | None:
    """A checked copy in the staging folder of a file somebody vouches for; None when nobody does."""
    if source.stat().st_size > _MOST_BYTES:
        raise ModelProblem(f"{shown} is larger than any model the catalogue knows.")
    copy = staged / f"copy-{len(list(staged.iterdir()))}"
    shutil.copyfile(source, copy)
    digest = sha256(copy)
    entries = (wish.entry,) if wish.entry else store.entries
    for entry in entries:
        for part, publication in entry.published():
            if publication.sha256 == digest:
                return _published(entry, part, publication, copy)
    fitting = _vouched_for(entries, wish, copy, digest)
    if fitting is None:
        return None
    graphs.probe(copy, fitting)
    entry = next(entry for entry in entries if fitting in entry.parts)
    return entry, _installed(fitting, shown, digest, copy, pinned=True), copy


def _published(entry: Entry, part: Part, publication: Publication, copy: Path) -> tuple[Entry, Installed, Path]:
    if not publication.weights_of:
        inputs, outputs = graphs.tensors(copy)
        if not (fits(part.inputs, inputs) and fits(part.outputs, outputs)):
            raise ModelProblem(f"{publication.file} has other inputs or outputs than {entry.title} should have.")
        return entry, _installed(part, publication.file, publication.sha256, copy), copy
    made = copy.with_name(copy.name + ".onnx")
    weights.convert(copy, publication.weights_of, made)
    graphs.probe(made, part)
    name = f"{Path(publication.file).stem}.onnx"
    return entry, _installed(part, name, sha256(made), made, made_from=publication.sha256), made


def _vouched_for(entries: tuple[Entry, ...], wish: Wish, copy: Path, digest: str) -> Part | None:
    """The part that a file with an unknown hash may serve as, because the person stated that hash."""
    if wish.trusted.lower() != digest:
        return None
    inputs, outputs = graphs.tensors(copy)
    parts = [part for entry in entries for part in entry.parts if part.takes_unlisted]
    return next((part for part in parts if fits(part.inputs, inputs) and fits(part.outputs, outputs)), None)


def _installed(
    part: Part, shown: str, digest: str, path: Path, *, pinned: bool = False, made_from: str = ""
) -> Installed:
    name = f"{digest[:16]}-{Path(shown).name}"
    return Installed(part.name, name, digest, path.stat().st_size, shown, pinned=pinned, made_from=made_from)


def _unknown(store: Store, wish: Wish, source: Path) -> ModelProblem:
    """Why nobody vouches for the file, with what can be done."""
    digest = sha256(source)
    told = f"{source.name} was not installed: its SHA-256 {digest} is not"
    if wish.trusted and wish.trusted.lower() != digest:
        return ModelProblem(f"{told} the one you stated ({wish.trusted}).", "Fetch it again from where you trust it.")
    for entry in (wish.entry,) if wish.entry else store.entries:
        for _, publication in entry.published():
            if publication.file == source.name:
                return ModelProblem(
                    f"{told} that of the published {publication.file} ({publication.sha256}).",
                    f"It is damaged or another version: fetch it again from {publication.address or entry.page}",
                )
    inputs, outputs = graphs.tensors(source)
    entries = (wish.entry,) if wish.entry else store.entries
    for entry in entries:
        if any(
            part.takes_unlisted and fits(part.inputs, inputs) and fits(part.outputs, outputs) for part in entry.parts
        ):
            return ModelProblem(
                f"{told} in the catalogue.",
                f"Its inputs and outputs would fit {entry.title}. If its publisher, whom you trust, states this very "
                f"hash, run: manage.py models install {source} --as {entry.name} --trust-hash {digest}",
            )
    return ModelProblem(
        f"{told} in the catalogue, or not that of this model.", "manage.py models list shows what it has."
    )


def _unpacked(archive: Path, staged: Path) -> Iterator[tuple[str, Path]]:
    """Every ONNX file of a zip under a name of our own. Raises ModelProblem for a zip that means harm or is damaged."""
    inside = staged / "unpacked"
    inside.mkdir()
    try:
        with zipfile.ZipFile(archive) as opened:
            members = opened.infolist()
            _refuse_hostile(archive, members)
            for index, member in enumerate(members):
                if member.filename.lower().endswith(".onnx") and not member.is_dir():
                    yield PurePosixPath(member.filename).name, _extracted(opened, member, inside / str(index))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise ModelProblem(f"{archive.name} is not a zip that can be read.", "Fetch it again.") from error


def _refuse_hostile(archive: Path, members: list[zipfile.ZipInfo]) -> None:
    for member in members:
        steps = PurePosixPath(member.filename.replace("\\", "/"))
        if steps.is_absolute() or ".." in steps.parts:
            raise ModelProblem(f"{archive.name} holds a path that leads out of it. Nothing was installed.")
    if len(members) > _MOST_MEMBERS or sum(member.file_size for member in members) > _MOST_BYTES:
        raise ModelProblem(f"{archive.name} unpacks to more than any model needs. Nothing was installed.")


def _extracted(opened: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> Path:
    """Counted while it is written: what a zip says of its sizes need not be true."""
    written = 0
    with opened.open(member) as stream, target.open("wb") as out:
        while piece := stream.read(_PIECE):
            written += len(piece)
            if written > member.file_size:
                raise ModelProblem(f"{member.filename} unpacks to more than it says. Nothing was installed.")
            out.write(piece)
    return target
