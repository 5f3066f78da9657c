"""What an administrator reads about models: plain sentences."""

from typing import Final

from processing.imaging.catalog import Entry, Purpose
from processing.imaging.modelstore import Installed, ModelDamaged, Store, install_command

WORDS: Final = {
    Purpose.UPSCALE: "enlarging",
    Purpose.DETECT_FACES: "finding faces",
    Purpose.EMBED_FACES: "telling faces apart",
    Purpose.DEPTH: "telling near from far",
    Purpose.INPAINT: "filling holes",
    Purpose.STYLE: "the learnt styles",
    Purpose.REFINE: "going over the details of walls",
}


def describe(store: Store, entry: Entry) -> list[str]:
    """An entry of the list: its state first, then what it is for, whose it is, and what happens without it."""
    sentences = [f"{entry.name}: {_state(store, entry)}", entry.does, f"Licence: {entry.licence}. {_size(entry)}"]
    sentences += _other_licences(entry)
    sentences += [sentence for sentence in (entry.note, entry.leaves_out) if sentence]
    if store.is_usable(entry):
        sentences += duties(store, entry)
    sentences += [f"Without it: {entry.without_it}", f"From: {entry.page}"]
    sentences += _provenance(entry)
    if not store.is_usable(entry):
        sentences += [f"Install: {command}" for command in _commands(entry)]
    return sentences


def duties(store: Store, entry: Entry) -> list[str]:
    """For each of its purposes, whether it is in charge, or who is."""
    return [_duty(store, entry, purpose) for purpose in entry.purposes if store.is_usable(entry, purpose)]


def licence_of(entry: Entry, part: Installed) -> str:
    """The licence of the very file that was installed."""
    hashes = (part.sha256, part.made_from)
    found = next((one for _, one in entry.published() if one.sha256 in hashes), None)
    return (found.licence if found else "") or entry.licence


def megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"


def _duty(store: Store, entry: Entry, purpose: Purpose) -> str:
    chief = store.serving(purpose)
    if chief is None or chief.name == entry.name:
        return f"In charge of {WORDS[purpose]}."
    return f"{chief.title} stays in charge of {WORDS[purpose]}; this one takes over when that is removed."


def _state(store: Store, entry: Entry) -> str:
    try:
        parts = store.installed(entry)
    except ModelDamaged as error:
        return f"broken. {error}"
    if not parts:
        return "not installed"
    if not store.is_usable(entry):
        return "incomplete"
    names = ", ".join(part.published_as for part in parts)
    return f"installed ({names}{', hash pinned here' if any(part.pinned for part in parts) else ''})"


def _size(entry: Entry) -> str:
    if entry.archive is not None:
        return f"{megabytes(entry.archive.bytes)} to fetch."
    firsts = {part.name: next(iter(part.published), None) for part in entry.parts}
    sizes = [one.bytes for one in firsts.values() if one]
    if not sizes:
        return "As large as it was exported."
    if len(sizes) < 2:
        return f"{megabytes(sum(sizes))}."
    return f"{megabytes(min(sizes))} to {megabytes(max(sizes))} each."


def _provenance(entry: Entry) -> list[str]:
    """From whom we know the hashes: a person who installs a model may want to know."""
    sources = dict.fromkeys(one.known_from for _, one in entry.published())
    return [f"Hash known from {', or '.join(sources)}."] if sources else []


def _other_licences(entry: Entry) -> list[str]:
    """A sentence for each licence of a file that is not the entry's."""
    found: dict[str, list[str]] = {}
    for _, publication in entry.published():
        if publication.licence:
            found.setdefault(publication.licence, []).append(publication.file)
    return [f"Licence of {', '.join(files)}: {licence}." for licence, files in found.items()]


def _commands(entry: Entry) -> list[str]:
    if not entry.published():
        return [f"manage.py models install FILE --as {entry.name} --trust-hash SHA256"]
    if entry.needs_all:
        return [install_command(entry.name)]
    with_address = [part for part in entry.parts if any(one.address for one in part.published)]
    return [install_command(f"{entry.name}/{part.name}") for part in with_address]
