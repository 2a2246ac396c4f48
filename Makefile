# Everything a developer runs. `make help` lists it.
.DEFAULT_GOAL := help
VENV := .venv
BIN := $(VENV)/bin
CODE := app.py infra functions layers/common/python tools tests benchmarks
STAGE ?= dev
# What runs the tests at once; AT_ONCE= for one process.
AT_ONCE ?= --numprocesses=2 --dist=loadscope --no-loadscope-reorder
HASHED := --require-hashes --no-deps --requirement
PIP := -m pip --disable-pip-version-check install $(HASHED)
# A lock into the environment of a Python: by uv, or by pip where uv does not reach the index.
INSTALL = { $(BIN)/uv pip install --python $(1) $(HASHED) $(2) || \
  { echo "uv does not reach the index: pip goes on, which takes longer."; $(1) $(PIP) $(2); }; }
COMPILE := uv pip compile --quiet --universal --python-version 3.13 --generate-hashes --no-header --no-emit-index-url
IS_3_13 := import sys; sys.exit(sys.version_info[:2] != (3, 13))

# The environment's own programs first: Node is taken from it where the machine has none.
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PYTHONPATH := $(CURDIR)/layers/common/python:$(CURDIR)
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20

.PHONY: help install run dev demo seed rematch clients logs token trace data realtor pushes bugs letters test check format lint types unit coverage synth bench races faults drill mutants audit chart openapi fuzz lock deploy-check deploy smoke clean

help: ## this list
	@sed -n 's/^##@ \(.*\)/@|\1/p; s/^\([a-z-]*\):[^#]*## \(.*\)/\1|\2/p' Makefile | while IFS='|' read -r name what; do \
	  if [ "$$name" = @ ]; then printf '\n%s\n' "$$what"; else printf '  make %-13s %s\n' "$$name" "$$what"; fi; \
	done

##@ Set up
install: $(VENV)/.installed node_modules/.installed ## install what is missing or has changed, into .venv and node_modules

$(VENV)/.installed: requirements.txt requirements-uv.txt requirements-dev.txt layers/common/requirements.txt
	@if ! $(BIN)/python -c '$(IS_3_13)' 2> /dev/null; then \
	  for python in "$$PYTHON" python3.13 python3 python "$$HOME"/.pyenv/versions/3.13.*/bin/python; do \
	    if "$$python" -c '$(IS_3_13)' > /dev/null 2>&1; then found=$$python; break; fi; \
	  done; \
	  if [ -z "$$found" ]; then \
	    echo "Python 3.13 is needed and was not found. Install it (for example: pyenv install 3.13, or uv python install 3.13)," >&2; \
	    echo "or name it: make PYTHON=/path/to/python3.13" >&2; \
	    exit 1; \
	  fi; \
	  echo "Making $(VENV) with Python 3.13 …"; \
	  "$$found" -m venv --clear $(VENV) || exit 1; \
	fi
	@echo "Installing requirements.txt into $(VENV) …"
	@$(BIN)/python $(PIP) requirements-uv.txt --quiet --quiet
	@$(call INSTALL,$(BIN)/python,requirements.txt)
	@touch $@

node_modules/.installed: package-lock.json requirements-node.txt $(VENV)/.installed
	@if ! { node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' && npm --version; } > /dev/null 2>&1; then \
	  echo "Installing Node into $(VENV) …"; \
	  $(call INSTALL,$(BIN)/python,requirements-node.txt) || exit 1; \
	fi
	@echo "Installing the CDK into node_modules …"
	@npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error > /dev/null
	@touch $@

clean: ## remove what was made, but not .venv and node_modules
	@rm -rf build cdk.out .local .coverage .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

##@ Run it, and look into it
run: install ## deploy the stack onto a local emulator and serve it until Ctrl-C [KEEP=1: the market outlives it]
	@exec $(BIN)/python -m tools.run

dev: install ## the same, and what you save in functions/ or layers/ is live in a second [DEBUG=leads]
	@exec $(BIN)/python -m tools.run --live

demo: install ## a tour of the API of a running `make run`
	@exec $(BIN)/python -m tools.demo

seed: install ## a city on a running `make run`, big enough to look at
	@$(BIN)/python -m tools.seed

token: install ## a realtor of one's own on a running `make run`: init_data and a token [NAME=…]
	@$(BIN)/python -m tools.credentials $(NAME)

logs: install ## what was logged [FUNCTION=… SINCE=10m LEVEL=ERROR FOLLOW=1 STAGE=dev|prod]
	@$(BIN)/python -m tools.logs $(FUNCTION) $(if $(SINCE),--since $(SINCE)) $(if $(LEVEL),--level $(LEVEL)) \
	  $(if $(FOLLOW),--follow) --stage $(if $(filter command line,$(origin STAGE)),$(STAGE),local)

trace: install ## from a request to its pushes: ID=<request, match, notification, lead or property> [SINCE=1d STAGE=dev|prod]
	@$(BIN)/python -m tools.trace $(ID) $(if $(SINCE),--since $(SINCE)) --stage $(if $(filter command line,$(origin STAGE)),$(STAGE),local)

data: install ## every item about ID=<lead, property, match, realtor or notification> [STAGE=dev|prod]
	@$(BIN)/python -m tools.data $(ID) $(if $(filter command line,$(origin STAGE)),$(STAGE))

realtor: install ## one realtor: ID=<realtor, Telegram id or phone> DO=show|export|suspend|restore|erase [STAGE=dev|prod YES=1]
	@test "$(ID)" || { echo "Who? make realtor ID=<realtor, Telegram id or phone> [DO=show|export|suspend|restore|erase]" >&2; exit 1; }
	@$(BIN)/python -m tools.realtors $(or $(DO),show) $(ID) $(if $(YES),--yes) --stage $(if $(filter command line,$(origin STAGE)),$(STAGE),local)

pushes: install ## what a running `make run` would have sent to Telegram
	@$(BIN)/python -m tools.pushes

bugs: install ## what functions have met and have no answer for, of a day [STAGE=dev|prod HOURS=24]
	@$(BIN)/python -m tools.bugs $(if $(filter command line,$(origin STAGE)),$(STAGE),local) $(HOURS)

rematch: install ## one scheduled run on a running stack, and what it did [STAGE=dev|prod]
	@$(BIN)/python -m tools.rematch $(if $(filter command line,$(origin STAGE)),$(STAGE),local)

letters: install ## failure queues: QUEUE=telegram_push DO=look|redrive|drop [STAGE=dev|prod YES=1]
	@test "$(QUEUE)" || { echo "Which? make letters QUEUE=<of the function that failed> [DO=look|redrive|drop]" >&2; exit 1; }
	@$(BIN)/python -m tools.dead_letters $(or $(DO),look) $(QUEUE) $(if $(YES),--yes) --stage $(if $(filter command line,$(origin STAGE)),$(STAGE),local)

##@ Change it
check: install ## the inner loop: format, lint, types, arrows, unit and infra tests, synth
	@$(MAKE) --no-print-directory --jobs=3 unit types synth format-check lint

test: install ## every test, those on the emulator beside the others [AT_ONCE=]
	@$(BIN)/pytest $(AT_ONCE)

format: install ## put the code into form
	@$(BIN)/ruff check --quiet --fix-only $(CODE)
	@$(BIN)/ruff format $(CODE)

.PHONY: format-check
format-check: install
	@$(BIN)/ruff format --check --quiet $(CODE) || { echo "Not in form: run make format"; exit 1; }

lint: install ## ruff, bandit, and the import arrows
	@$(BIN)/ruff check $(CODE)
	@$(BIN)/bandit --quiet --configfile pyproject.toml --recursive app.py infra functions layers/common/python
	@said=$$($(BIN)/lint-imports 2>&1) || { echo "$$said"; exit 1; }

types: install ## mypy, strict
	@$(BIN)/mypy

unit: install ## the tests of what is pure, and of the templates
	@$(BIN)/pytest -q $(AT_ONCE) tests/infra tests/unit

##@ Try it harder
clients: install clients/.installed ## generated clients compile and play a deal; linters and a mock take the contract
	@$(BIN)/python -m tools.clients

clients/.installed: clients/requirements.txt clients/package-lock.json $(VENV)/.installed
	@echo "Installing the generators into clients …"
	@$(BIN)/python -m venv --clear clients/.venv
	@$(call INSTALL,clients/.venv/bin/python,clients/requirements.txt)
	@cd clients && PATH="$$PWD/.venv/bin:$$PATH" npm ci --no-audit --no-fund --no-update-notifier --loglevel=error > /dev/null
	@touch $@

races: install ## the races and the reads while writing, for longer than in the suite
	@RACES=long $(BIN)/pytest -q tests/e2e -k "while or race or at_once"

faults: install ## many acts at once under faults, twenty seeds: no write lost, none doubled, all counts as a recount
	@$(BIN)/python -m tools.faults

fuzz: install ## schemathesis on a running `make run`, by docs/openapi.json, three seeds
	@$(BIN)/python -m tools.fuzz

drill: install ## change the signing key on an emulator of its own: no token is lost before its time
	@exec $(BIN)/python -m tools.drill

coverage: install ## every test but the end-to-end ones, and what they do not reach
	@$(BIN)/pytest -q --cov --cov-report=term-missing tests/unit tests/integration

mutants: install ## plant bugs: the tests must find all but those of docs/mutants.md
	@$(BIN)/python -m tools.mutants
	@$(BIN)/python $(PIP) requirements-mutants.txt --quiet --target build/mutmut --upgrade
	@rm -rf build/mutants && mkdir -p build/mutants && cp -r layers/common/python build/mutants/src
	@cp -r tests pyproject.toml build/mutants/
	@cd build/mutants && export PYTHONPATH=$(CURDIR)/build/mutmut:src:. && \
	  { $(CURDIR)/$(BIN)/python -m mutmut run --max-children 2 > run.txt 2>&1 || { tail -c 2000 run.txt; exit 1; }; } && \
	  $(CURDIR)/$(BIN)/python -m mutmut results > survivors.txt
	@sed -n 's/^ *\(cobroke[^ :]*\): .*/\1/p' build/mutants/survivors.txt | LC_ALL=C sort > build/mutants/left.txt
	@sed -n 's/^| `\(cobroke\.[^`]*\)`.*/\1/p' docs/mutants.md | LC_ALL=C sort | diff - build/mutants/left.txt && \
	  echo "All were noticed but those of docs/mutants.md."

bench: install benchmarks/node_modules/.installed build/bench/.installed ## what is measured, into docs/performance.md (Java ≥ 17, PostgreSQL)
	@export PYTHONPATH="$$PYTHONPATH:$(CURDIR)/build/bench"; \
	for one in $$(grep -l '^if __name__' benchmarks/*.py); do echo "== $$one"; $(BIN)/python "$$one" || exit 1; done

build/bench/.installed: requirements-bench.txt $(VENV)/.installed
	@$(BIN)/python $(PIP) requirements-bench.txt --quiet --target build/bench --upgrade
	@touch $@

benchmarks/node_modules/.installed: benchmarks/package-lock.json $(VENV)/.installed node_modules/.installed
	@cd benchmarks && npm ci --no-audit --no-fund --no-update-notifier --loglevel=error > /dev/null
	@touch $@

audit: install ## what we depend on against what is known to be unsafe (asks pypi.org and registry.npmjs.org)
	@$(BIN)/python $(PIP) requirements-audit.txt --quiet --target build/audit --upgrade
	@PYTHONPATH=build/audit $(BIN)/python -m pip_audit --strict --disable-pip --requirement layers/common/requirements.txt --requirement requirements-dev.txt
	@npm audit --omit=optional

##@ Write what is written by a command
openapi: install ## write docs/openapi.json, the contract as a machine reads it
	@$(BIN)/python -m tools.openapi

chart: install ## write docs/table.md and docs/flows.md, the kinds of item and what follows from what
	@$(BIN)/python -m tools.table_chart
	@$(BIN)/python -m tools.flows_chart

lock: install ## pin the .in files anew
	@cd layers/common && $(COMPILE) requirements.in -o requirements.txt
	@$(COMPILE) requirements-dev.in --override requirements-overrides.txt -c layers/common/requirements.txt -o requirements-dev.txt
	@$(COMPILE) requirements-uv.in -o requirements-uv.txt
	@$(COMPILE) requirements-node.in -o requirements-node.txt
	@$(COMPILE) requirements-mutants.in -o requirements-mutants.txt
	@$(COMPILE) requirements-bench.in -o requirements-bench.txt
	@$(COMPILE) requirements-audit.in -o requirements-audit.txt
	@$(COMPILE) clients/requirements.in -o clients/requirements.txt

##@ Deploy it to AWS
deploy-check: install ## is all ready for a deploy? STAGE=dev|prod
	@$(BIN)/python -m tools.preflight $(STAGE)

deploy: deploy-check ## deploy STAGE=dev|prod to AWS [HOTFIX=yes: at once, whatever alarm rings]
	@node_modules/.bin/cdk deploy --all --no-notices -c stage=$(STAGE) $(if $(HOTFIX),-c hotfix=$(HOTFIX))

smoke: install ## try a deployed API: URL=https://… [ORIGINS=https://…]
	@$(BIN)/python -m tools.smoke $(URL) $(ORIGINS)

synth: install ## the template of STAGE (dev), with no account
	@node_modules/.bin/cdk synth --quiet --no-notices -c stage=$(STAGE) $(if $(ORIGINS),-c origins=$(ORIGINS))
