"""Looks for strings in every column of every table, whoever made the table and whatever its type."""

from collections.abc import Sequence

from events.kit.database import Executor

_COLUMNS = """
select c.table_name, c.column_name, c.data_type
from information_schema.columns c
join information_schema.tables t on t.table_schema = c.table_schema and t.table_name = c.table_name
where c.table_schema = 'public'
  and t.table_type = 'BASE TABLE'
  and c.data_type in ('text', 'character varying', 'jsonb', 'json', 'bytea', 'ARRAY', 'USER-DEFINED')
order by 1, 2
"""


async def text_columns(db: Executor) -> list[tuple[str, str, str]]:
    """Every column that may hold words: table, column, type."""
    return [(row[0], row[1], row[2]) for row in await db.fetch(_COLUMNS)]


async def columns_holding(db: Executor, needles: Sequence[str]) -> list[str]:
    """The columns, as "table.column", in which any of the strings occurs in any case, as text or as bytes."""
    found = []
    for table, column, kind in await text_columns(db):
        if kind == "bytea":
            condition = f"exists (select from unnest($1::text[]) n where position(convert_to(n, 'UTF8') in x.{column}) > 0)"
        else:
            condition = f"exists (select from unnest($1::text[]) n where position(lower(n) in lower(x.{column}::text)) > 0)"
        if await db.fetchval(f"select exists (select from {table} x where {condition})", list(needles)):
            found.append(f"{table}.{column}")
    return found
