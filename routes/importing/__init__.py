"""Files that others made, into the collections of an atlas: read, mapped, checked, published."""

from routes.importing.checked import Checked
from routes.importing.mapping import BadOption, Mapping
from routes.importing.run import Import, Options, prepare
from routes.importing.target import NewAtlas

__all__ = ["BadOption", "Checked", "Import", "Mapping", "NewAtlas", "Options", "prepare"]
