# Everything a person types here; .ci/run types the same. Needs Python 3.11 or newer and git, nothing else.
.DEFAULT_GOAL := help
.PHONY: help setup run demo test lint bench clean always

# uv installs the locked environment; it has a small one of its own so that the two never touch.
UV_VERSION := 0.13.9
UV := .uv/bin/uv
BIN := .venv/bin

INPUTS := pyproject.toml uv.lock hatch_build.py build_assets.mjs package.json package-lock.json \
	$(wildcard src/events/static/css/*.css src/events/static/js/*.js src/events/static/img/*)
ASSETS := src/events/static/built/manifest.json

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' Makefile

setup: .venv/.ready ## Prepare the environment and the front-end assets in .venv, with the command “events”
	@:

run: setup ## Start everything with the demo programme on 127.0.0.1:8000; PORT=9000 for another port
	@exec $(BIN)/events run

demo: setup ## Load the demo programme and print its links
	@exec $(BIN)/events demo

test: setup ## Run the whole suite, in a real browser too; ARGS="tests/door -x" for a part
	@$(BIN)/pytest --numprocesses 2 --dist loadfile $(ARGS)

lint: setup ## Check style, types and the order of the rooms
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy src tests
	@$(BIN)/pytest -q tests/test_architecture.py

bench: setup ## Measure sign-ups, check-ins and pages beside this machine's own limits; ARGS=--browser for the scanner
	@exec $(BIN)/events bench $(ARGS)

clean: ## Remove what setup and the checks made; the data in var/ stay
	@rm -rf .venv .uv node_modules build dist src/events/static/built .mypy_cache .pytest_cache .ruff_cache .hypothesis
	@find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

# Assets that are missing, as after a copy without them, count like a change.
.venv/.ready: $(INPUTS) $(UV) $(if $(wildcard $(ASSETS)),,always)
	@echo "Preparing the environment in .venv (a minute at first) …"
	@UV_PYTHON_DOWNLOADS=never $(UV) sync --frozen --quiet --python .uv/bin/python $(if $(wildcard $(ASSETS)),,--reinstall-package empfang)
	@test -f $(ASSETS) || { echo "The front-end assets were not built; see the messages above." >&2; exit 1; }
	@touch $@

$(UV): Makefile
	@python=; for name in python3.11 python3.12 python3.13 python3.14 python3 python; do \
		if "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$$name; break; fi; \
	done; \
	test -n "$$python" || { echo "This needs Python 3.11 or newer; there is none on the PATH." >&2; exit 1; }; \
	"$$python" -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$$python lacks its venv module; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }; \
	"$$python" -m venv --clear .uv
	@.uv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)"
	@touch $@
