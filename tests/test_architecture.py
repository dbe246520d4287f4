"""The rules of the house (docs/architecture.md). Each failure names the place and says what to do."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src"
HOUSE = SOURCE / "events"

FLOORS = [
    *("overview", "privacy", "co_hosts", "badges", "arrivals", "door", "contacts", "selection", "invitations", "itinerary"),
    *("tickets", "registration", "questions", "messaging", "payments", "programme", "accounts", "people", "kit"),
]
ROOF = {"__main__", "addresses", "api_document", "app", "benchmarks", "commands", "demo", "health"}
KIT_WITH_SQL = {"jobs.py", "limits.py", "live.py", "migrations.py"}
STATEMENTS = {"execute", "executemany", "fetch", "fetchrow", "fetchval", "cursor", "copy_from_query", "copy_records_to_table"}
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time"), ("time", "time_ns")}
READS_CLOCK = {"kit/clock.py", "kit/ids.py"}  # a UUIDv7 begins with the milliseconds
VAGUE = {"util", "utils", "helper", "helpers", "manager", "common", "misc", "base"}

LONGEST = {"*.py": 350, "*.js": 350, "*.css": 350}
LONGEST_FUNCTION = 45
LONGEST_TEMPLATE = 120
LONGEST_TEST = 400


def modules() -> list[Path]:
    return sorted(path for path in HOUSE.rglob("*.py") if "__pycache__" not in path.parts)


def place(path: Path) -> str:
    return path.relative_to(HOUSE).as_posix()


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name_of(path: Path) -> str:
    """`src/events/kit/jobs.py` → `events.kit.jobs`; a package's `__init__.py` → the package."""
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def imports() -> dict[str, set[str]]:
    """Each module with the modules of the house that it imports, wherever in the file."""
    known = {name_of(path) for path in modules()}
    return {name_of(path): {target for target in _targets(path) if target in known} - {name_of(path)} for path in modules()}


def _targets(path: Path) -> Iterator[str]:
    """Names that are imported; whether they are modules or things inside one shows in the list of modules."""
    package = name_of(path).split(".") if path.name == "__init__.py" else name_of(path).split(".")[:-1]
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            origin = ".".join([*above, *([node.module] if node.module else [])])
            inside = [f"{origin}.{alias.name}" for alias in node.names]
            # `from events.kit import clock` needs the module clock, not what stands in the package itself
            yield from inside
            if not all(name in _module_names() for name in inside):
                yield origin


@cache
def _module_names() -> frozenset[str]:
    return frozenset(name_of(path) for path in modules())


def room(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "events"


def test_imports_point_only_downwards() -> None:
    wrong = []
    for module, targets in imports().items():
        for target in targets:
            above, below = room(module), room(target)
            if above in FLOORS and below in FLOORS and FLOORS.index(above) > FLOORS.index(below):
                wrong.append(f"{module} imports {target}: {above} lies below {below}; hand the thing in from app.py or move it down")
            if above in FLOORS and below in ROOF:
                wrong.append(f"{module} imports {target}: only the roof sees it; hand the thing in from app.py")
    assert not wrong, _listed(wrong)


def test_settings_are_handed_down() -> None:
    wrong = [
        f"{module} imports events.settings: let app.py hand in the value it needs"
        for module, targets in imports().items()
        if "events.settings" in targets and room(module) not in ROOF and room(module) != "kit"
    ]
    assert not wrong, _listed(wrong)


def test_every_room_has_a_floor() -> None:
    rooms = {path.name for path in HOUSE.iterdir() if path.is_dir() and any(path.glob("*.py"))}
    unknown = sorted(rooms - set(FLOORS) - ROOF)
    assert not unknown, f"{unknown} have no floor: give them one in docs/architecture.md and in FLOORS above"


def test_no_import_cycle() -> None:
    cycle = _cycle()
    assert not cycle, f"these modules import each other: {' → '.join(cycle)}; move what both need into a third one"


def _cycle() -> list[str]:
    done: set[str] = set()
    for start in imports():
        if found := _walk(start, [], done):
            return found
    return []


def _walk(module: str, path: list[str], done: set[str]) -> list[str]:
    if module in path:
        return [*path[path.index(module) :], module]
    if module in done:
        return []
    for target in sorted(imports().get(module, ())):
        if found := _walk(target, [*path, module], done):
            return found
    done.add(module)
    return []


def test_sql_stands_in_queries() -> None:
    wrong = []
    for path in modules():
        is_query_file = (
            path.name.endswith("queries.py") or path.name == "reconcile.py" or (path.parent.name == "kit" and path.name in KIT_WITH_SQL)
        )
        if is_query_file:
            continue
        wrong += [
            f"{place(path)}:{node.lineno} runs SQL by .{node.func.attr}(): move the statement into a function of queries.py"
            for node in ast.walk(parsed(path))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in STATEMENTS
        ]
    assert not wrong, _listed(wrong)


def test_sql_keywords_are_in_lower_case() -> None:
    shouted = re.compile(r"\b(SELECT .* FROM|INSERT INTO|UPDATE \w+ SET|DELETE FROM|LEFT JOIN|ORDER BY|GROUP BY)\b", re.DOTALL)
    files = [*ROOT.glob("migrations/*.sql"), *(path for path in modules() if "queries" in path.name)]
    wrong = [
        f"{path.relative_to(ROOT)}: write SQL keywords in lower case" for path in files if shouted.search(path.read_text(encoding="utf-8"))
    ]
    assert not wrong, _listed(wrong)


def test_only_the_clock_module_reads_the_clock() -> None:
    wrong = [
        f"{place(path)}:{node.lineno} reads the clock: take `now` as a parameter, or call kit.clock.now() in a handler"
        for path in modules()
        if place(path) not in READS_CLOCK
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name)
        if (node.func.value.id, node.func.attr) in CLOCKS
    ]
    assert not wrong, _listed(wrong)


def test_only_commands_talk_to_the_terminal() -> None:
    wrong = [
        f"{place(path)}:{node.lineno} writes to the terminal: log it with structlog, or answer it to the command"
        for path in modules()
        if room(name_of(path)) not in {"commands", "__main__", "benchmarks"}
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"print", "click.echo", "sys.stdout.write", "sys.stderr.write"}
    ]
    assert not wrong, _listed(wrong)


def test_packages_say_what_they_are_and_nothing_else() -> None:
    wrong = []
    for path in HOUSE.rglob("__init__.py"):
        body = parsed(path).body
        if len(body) != 1 or not ast.get_docstring(parsed(path)):
            wrong.append(f"{place(path)}: keep only a docstring: what this room is and what it may import")
    assert not wrong, _listed(wrong)


@pytest.mark.parametrize("pattern", LONGEST)
def test_files_have_natural_sizes(pattern: str) -> None:
    wrong = [
        f"{place(path)} has {lines} lines: look for the missing noun and give it a file of its own"
        for path in HOUSE.rglob(pattern)
        if "built" not in path.parts and (lines := _lines(path)) > LONGEST[pattern]
    ]
    assert not wrong, _listed(wrong)


def test_templates_and_tests_have_natural_sizes() -> None:
    limits = {LONGEST_TEMPLATE: (ROOT / "templates").rglob("*.*"), LONGEST_TEST: (ROOT / "tests").rglob("*.py")}
    wrong = [
        f"{path.relative_to(ROOT)} has {lines} lines, more than {limit}: split it"
        for limit, paths in limits.items()
        for path in paths
        if path.is_file() and (lines := _lines(path)) > limit
    ]
    assert not wrong, _listed(wrong)


def test_functions_have_natural_sizes() -> None:
    wrong = [
        f"{place(path)}:{node.lineno} {node.name} has {lines} lines: name its parts"
        for path in modules()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (lines := _length(node)) > LONGEST_FUNCTION
    ]
    assert not wrong, _listed(wrong)


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the body without its docstring."""
    body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1


def test_templates_fit_the_content_policy() -> None:
    faults = {
        r"<style\b": "an inline stylesheet: put it into static/css",
        r"\sstyle=": "a style attribute: use a class",
        r"\son[a-z]+=": "an event attribute: add a listener in static/js",
        r"javascript:": "a script address: add a listener in static/js",
        r"<script(?![^>]*\bsrc=)(?![^>]*application/(ld\+)?json)": "an inline script: put it into static/js",
    }
    wrong = [
        f"{path.relative_to(ROOT)} has {advice}"
        for path in (ROOT / "templates").rglob("*.html")
        if "mail" not in path.relative_to(ROOT).parts  # mails have no content policy, and their styles are inlined when sent
        for pattern, advice in faults.items()
        if re.search(pattern, path.read_text(encoding="utf-8"))
    ]
    assert not wrong, _listed(wrong)


def test_file_names_say_what_is_inside() -> None:
    files = [*modules(), *HOUSE.glob("static/js/*.js"), *(ROOT / "templates").rglob("*.html")]
    wrong = [
        f"{path.relative_to(ROOT)}: name it after the thing inside"
        for path in files
        if set(re.split(r"[_\-]", path.stem.lower())) & VAGUE and not path.name.endswith("base.html")  # what every page stands on
    ]
    assert not wrong, _listed(wrong)


def test_features_keep_to_the_known_layers() -> None:
    """Handlers are in pages and api files, so that whoever looks for an address knows where."""
    wrong = [
        f"{place(path)}:{node.lineno} {node.name} answers HTTP: handlers stand in pages.py, api.py or *_pages.py"
        for path in modules()
        if room(name_of(path)) in FLOORS and not re.fullmatch(r"(\w+_)?(pages|api)\.py", path.name)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for decorator in node.decorator_list
        if isinstance(decorator, ast.Call)
        and isinstance(decorator.func, ast.Name)
        and decorator.func.id in {"get", "post", "put", "delete"}
    ]
    assert not wrong, _listed(wrong)


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def _listed(wrong: list[str]) -> str:
    return "\n  " + "\n  ".join(sorted(wrong))
