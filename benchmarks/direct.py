"""The claim without the service around it: PostgreSQL's own pgbench calls the same function."""

import asyncio
import re
import shutil
import tempfile
from pathlib import Path
from uuid import UUID

from events.kit.postgres import program

# Everything the service would send for one guest, made by the database: keys, ids and codes that are new each time.
_CLAIM = """
select *
from claim_places('{event_id}', (
    select jsonb_agg(jsonb_build_object(
        'key', 'bench:' || gen_random_uuid(), 'request_hash', md5(n::text), 'booking_id', gen_random_uuid(),
        'token_hash', encode(sha256(gen_random_uuid()::text::bytea), 'hex'), 'email', 'hanako.mihon@example.com', 'locale', 'ja',
        'source', 'api', 'waitlist', false, 'mail', true, 'guests', jsonb_build_array(jsonb_build_object(
            'guest_id', gen_random_uuid(), 'registration_id', gen_random_uuid(), 'ticket_id', gen_random_uuid(),
            'code_hash', encode(sha256(gen_random_uuid()::text::bytea), 'hex'), 'family_name', '見本', 'given_name', '花子',
            'family_name_kana', 'ミホン', 'given_name_kana', 'ハナコ', 'family_name_latin', 'Mihon', 'given_name_latin', 'Hanako',
            'company', '株式会社みほん光学', 'department', '光学開発部', 'job_title', '部長',
            'search_key', '見本 花子 みほん はなこ mihon hanako 株式会社みほん光学', 'sort_key', 'みほん はなこ'))))
    from generate_series(1, {batch}) n), null);
"""


async def claims_per_second(dsn: str, event_id: UUID, *, batch: int, clients: int, seconds: int) -> float:
    """Claims of one guest each, sent `batch` at a time by `clients` connections."""
    pgbench = program("pgbench")
    command = str(pgbench) if pgbench.exists() else shutil.which("pgbench")
    if command is None:
        return float("nan")
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "claim.sql"
        script.write_text(" ".join(_CLAIM.format(event_id=event_id, batch=batch).split()), encoding="utf-8")
        process = await asyncio.create_subprocess_exec(
            command, "--no-vacuum", "--protocol=prepared", f"--file={script}", f"--client={clients}", "--jobs=2", f"--time={seconds}", dsn,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, errors = await process.communicate()
    told = re.search(r"tps = ([\d.]+)", out.decode())
    if process.returncode or told is None:
        raise RuntimeError(f"pgbench failed: {errors.decode()}")
    return float(told[1]) * batch
