# Motcua Hub. `make` alone lists what there is.
PYTHON ?= python3
BIN := .venv/bin
.DEFAULT_GOAL := help
.PHONY: help install demo quick test check bench chaos up down
# Files beside each other, those that take long first (tests/conftest.py), none split
PYTEST := $(BIN)/pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-9s %s\n", $$1, $$2}' Makefile

install: .venv/installed ## Make .venv with the command .venv/bin/hub (Python 3.11 or newer)

demo: install ## Two published reports out of events, side by side; then stay up
	$(BIN)/hub demo

quick: install ## The tests of the daily loop: core, schemas, API, one in a browser
	$(PYTEST) -m 'not faults' tests/test_*.py tests/deadlines/test_core.py tests/working_time \
		tests/indicator/test_values.py tests/api tests/web/test_board.py::test_tiles_and_list_say_what_the_hub_says

test: install ## All tests, those that kill real processes too
	$(PYTEST)

check: install ## Lint, format, types, direction of imports
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy && $(BIN)/lint-imports --no-cache

bench: install ## Speed against the floor measured in the same run; see bench/README.md
	$(BIN)/python -m bench

chaos: install ## Kill the hub 30 times, connectors of each kind 200 times, distributed parts in 100 rounds
	HUB_TEST_KILLS=$${HUB_TEST_KILLS:-30} $(BIN)/pytest tests/faults/test_kill9.py
	HUB_TEST_KILLS=$${HUB_TEST_KILLS:-200} $(BIN)/pytest tests/connectors/test_killed.py
	$(BIN)/python -m tests.faults.chaos

up: ## The distributed set in containers: Kafka, ClickHouse, PostgreSQL, api, worker
	docker compose up --detach --build --wait

down: ## Stop the containers; the data stays
	docker compose down

.venv/installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.version_info < (3, 11) and sys.exit("Python 3.11 or newer is needed: make install PYTHON=python3.12")'
	$(PYTHON) -m venv .venv && $(BIN)/pip install -q --disable-pip-version-check -c constraints.txt -e '.[connectors,distributed,dev]'
	$(BIN)/python -m compileall -q hub streams connectors schemas # the first start is as quick as others
	@touch $@
