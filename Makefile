# The assistant's commands. Each is thin: scripts/ and `python -m bot.runtime` do the work.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run shell train test check format lock eval bench beside-diet widget teams-app clean

PYTHON := .venv/bin/python
PORT ?= 5005
export PORT
export RASA_TELEMETRY_ENABLED := false
# Compiled modules go beside the other caches, also where the environment says not to write them: they halve the start.
export PYTHONPYCACHEPREFIX := $(CURDIR)/var/pycache
unexport PYTHONDONTWRITEBYTECODE

help: ## say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## set everything up, train if needed, start the assistant (PORT=5005)
	@scripts/setup
	@scripts/widget || echo "The page could not be built; the assistant starts without it. Its API works." >&2
	@exec $(PYTHON) -m bot.runtime run

widget: ## build the page and the embeddable widget if they have changed
	@scripts/setup
	@scripts/widget

shell: ## chat in the terminal
	@scripts/setup
	@exec $(PYTHON) -m bot.runtime shell

train: ## train the model if what it is made from has changed
	@scripts/setup
	@$(PYTHON) -m bot.runtime train

test: ## checks and all tests
	@scripts/setup --dev
	@# The model is trained while the checks run: both have idle cores to give.
	@$(PYTHON) -m bot.runtime train & training=$$!; \
	  { scripts/check && scripts/widget --check; } || { kill $$training; exit 1; }; \
	  wait $$training
	@$(PYTHON) -m pytest -n 2 --dist loadfile

check: ## style, types, the treatment table, the training messages, Rasa's own validation of the data
	@scripts/setup --dev
	@scripts/check

format: ## lay out the code
	@scripts/setup --dev
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

eval: ## score the assistant on tests/evaluation; report in reports/
	@scripts/setup --dev
	@$(PYTHON) -m bot.runtime train
	@$(PYTHON) tests/evaluation/run.py

bench: ## measure it beside stock Rasa (large download, several minutes); OURS=1 leaves the stock half out
	@scripts/setup
	@$(PYTHON) -m bot.runtime train
	@$(PYTHON) -m bench $(if $(OURS),--ours)

teams-app: ## build the package to upload to Microsoft Teams (docs/teams.md)
	@scripts/setup
	@$(PYTHON) packaging/teams/build.py

beside-diet: ## score intents beside Rasa's default DIET pipeline, trained on the same messages (large download)
	@scripts/setup --dev
	@$(PYTHON) -m bench.understanding

lock: ## write the lock files anew from pyproject.toml
	@scripts/lock

clean: ## remove what the other commands made, conversations included
	rm -rf .venv .boot .rasa var models reports bot/widget/dist bot/widget/node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis
