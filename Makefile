# What one does with Milo. Nothing but Python 3.11 or newer and make has to be there; the rest is brought along.

SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# The first suitable Python of the machine; PYTHON=... names another.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$p && break; done)
MILO := .venv/bin/python -m milo_app

.PHONY: help run worker interviews migrate demo-reset test lint format bench chaos lock run-environment dev-environment

help: ## Show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | sort | awk -F'\t' '{printf "  make %-12s %s\n", $$1, $$2}'

run: run-environment ## Set up what is missing and serve Milo (MILO_HOST, MILO_PORT, MILO_DATA)
	@exec $(MILO) serve

worker: run-environment ## Run a process that does durable work (PostgreSQL only)
	@exec $(MILO) worker

interviews: ## Run a process that leads interviews in LiveKit rooms (LIVEKIT_URL and its keys)
	$(if $(PYTHON),,$(error Milo needs Python 3.11 or newer; none was found. Install it, or name one with PYTHON=))
	@$(PYTHON) tools/environment.py agents
	@exec $(MILO) worker --interviews

migrate: run-environment ## Bring the database to the present form
	@$(MILO) migrate

demo-reset: run-environment ## Make the demo workspace anew
	@$(MILO) demo --reset

test: dev-environment ## Run all tests, those in a browser included
	@.venv/bin/python tools/browser.py
	@# Apart, because the browser's driver keeps an event loop in its process, and others want one of their own.
	@.venv/bin/python -m pytest -n 2 --dist loadfile --ignore tests/browser
	@.venv/bin/python -m pytest -n 2 --dist loadfile tests/browser

lint: dev-environment ## Check style, types, import rules and migrations
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/lint-imports --verbose | tail -n 40
	.venv/bin/pyright
	.venv/bin/python -m tools.check_migrations

format: dev-environment ## Put the sources into their form
	.venv/bin/ruff check --fix-only .
	.venv/bin/ruff format .

bench: dev-environment ## Measure against the budgets; writes benchmarks/results.json
	@.venv/bin/python -m benchmarks

chaos: dev-environment ## Kill the server under fifty journeys, four hundred messages and fifty talks, and count what was lost
	@.venv/bin/python -m benchmarks.chaos

lock: dev-environment ## Pin the newest packages that requirements*.in allow (UPGRADE=1), or just what is new
	.venv/bin/pip-compile $(PIP_COMPILE) -o requirements.txt requirements.in
	.venv/bin/pip-compile $(PIP_COMPILE) -o requirements-agents.txt requirements-agents.in
	.venv/bin/pip-compile $(PIP_COMPILE) -o requirements-dev.txt requirements-dev.in

PIP_COMPILE := --quiet --strip-extras --no-header --no-emit-index-url --no-emit-trusted-host \
	--no-emit-find-links --no-emit-options --annotation-style=line $(if $(UPGRADE),--upgrade)

run-environment:
	$(if $(PYTHON),,$(error Milo needs Python 3.11 or newer; none was found. Install it, or name one with PYTHON=))
	@$(PYTHON) tools/environment.py run

dev-environment:
	$(if $(PYTHON),,$(error Milo needs Python 3.11 or newer; none was found. Install it, or name one with PYTHON=))
	@$(PYTHON) tools/environment.py dev
