"""Values that a column may have: checked through pandera.

Only who records editions needs this room; a service, which pandera would cost a tenth of its
memory, does without it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
import pandas as pd
import pandera.errors
import pandera.pandas as pa

from routes.reading import Draft
from routes.report import Fault
from routes.schema import Collection


def faults(draft: Draft, *, unique: bool) -> Iterator[Fault]:
    """Check presence, choices and, where asked for, that nothing stands twice."""
    try:
        schema = _schema(draft.collection, unique=unique)
        schema.validate(pd.DataFrame(draft.frame), lazy=True)
    except pandera.errors.SchemaErrors as errors:
        cases = errors.failure_cases
        for name, check, row in zip(cases["column"], cases["check"], cases["index"], strict=True):
            position = int(row)
            missing = draft.frame[name].iloc[position] is None
            # A version has its id from its route and number: these are missing. What is missing
            # twice is not the same. And some was said when it was read.
            of_parts = name == "id" and missing and "route" in draft.frame
            unsaid = not draft.is_faulty(position, name) and not of_parts
            if unsaid and (check == "not_nullable" or not missing):
                yield _fault(draft, position, name, str(check))


def _fault(draft: Draft, position: int, name: str, check: str) -> Fault:
    column = draft.collection.field(name)
    if check == "not_nullable":
        return draft.fault(position, name, "is missing", f"Give it: {column.description}")
    if check == "field_uniqueness":
        same = np.flatnonzero(draft.frame[name] == draft.frame[name].iloc[position])
        others = ", ".join(draft.rows[other] for other in same if other != position)
        return draft.fault(position, name, f"stands in {others} too", "Give each its own")
    choices = ", ".join(column.choices)
    return draft.fault(position, name, "is not one of the known ones", f"Use one of {choices}")


@cache
def _schema(collection: Collection, *, unique: bool) -> pa.DataFrameSchema:
    """Give the schema for what people write.

    Without `unique` it is one for some rows of many, which cannot tell what stands twice.
    """
    columns = {
        field.name: pa.Column(
            checks=[pa.Check.isin(field.choices)] if field.choices else None,
            nullable=not field.required,
            unique=unique and field.unique,
        )
        for field in collection.written
    }
    return pa.DataFrameSchema(columns, strict=False)
