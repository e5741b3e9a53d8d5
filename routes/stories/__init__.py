"""Stories: text that is told beside the map, section by section, each with a state of the map.

A story is a file of its own, `stories/<id>.md` in the folder of an atlas; docs/stories.md says how
it is written. Here it is read and checked; what an edition keeps of it is `routes.stories.story`.
"""

from routes.stories.reading import read
from routes.stories.states import Context
from routes.stories.story import LAYERS, ZOOMS, Place, Section, Stories, Story

__all__ = ["LAYERS", "ZOOMS", "Context", "Place", "Section", "Stories", "Story", "read"]
