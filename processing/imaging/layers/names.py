"""What the files of layers are called; a web process may know without loading numpy."""


def name_of(order: int, count: int) -> str:
    """``order`` 0 is the background."""
    place = "background" if order == 0 else "foreground" if order == count - 1 else "midground"
    return f"Layer_{order + 1}_{place}.png"


def shown_name(name: str) -> str:
    """The smaller picture of a layer that pages show."""
    return name.removesuffix(".png") + ".webp"
