"""What can go wrong in routes: one hierarchy, each with words for the person who meets it."""


class RoutesError(Exception):
    """Anything that routes refuses or cannot do."""


class StoreError(RoutesError):
    """The store cannot be read or written."""


class StoreBusy(StoreError):
    """Another process is publishing."""


class StoreDamaged(StoreError):
    """A file of the store is missing or not what was published."""


class NotFound(RoutesError):
    """Something that was asked for by name is not in the atlas."""

    def __init__(self, kind: str, name: object, known: object = None) -> None:
        self.kind, self.name, self.known = kind, name, known
        known_words = f"; there is {known}" if known else ""
        super().__init__(f"there is no {kind} {name!r}{known_words}")


class Gone(NotFound):
    """An edition that somebody pruned: it was there, and is no more."""

    def __init__(self, number: int, pruned: str) -> None:
        super().__init__("edition", number)
        self.args = (f"edition {number} was removed from this store on {pruned[:10]}",)
