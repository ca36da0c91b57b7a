# Each target has one line of help. The first use of demo or test sets everything up by itself.
SHELL := /bin/bash
PYTHON := .venv/bin/python
PORT := 8178
.DEFAULT_GOAL := help
# The tests start Python hundreds of times: what one process compiled, the others read.
unexport PYTHONDONTWRITEBYTECODE
COMPILE := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
  --no-header --no-annotate --no-emit-index-url

# Make the machine ready. The reason why it is not becomes make's own last line: after a failed command it would be "Error 1".
# `make -n` runs nothing.
ready = $(if $(findstring n,$(firstword -$(MAKEFLAGS))),,$(eval reason := $(shell scripts/setup.sh $(1) $@))$(if $(reason),$(error $(reason))))

.PHONY: help release deb demo demo-stop office office-stop test quick prove lint bench shots golden server tablet apk catalogs lock

help: ## show this help
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

demo: ## play the main job for real: server, tablet, review; leaves the server running; another port: PORT=8200
	$(call ready,demo)
	@$(PYTHON) -m scripts.demo $(if $(findstring command,$(origin PORT)),--port $(PORT))

office: ## show the office's desk on made-up data, without a tablet; another port: PORT=8200
	$(call ready,office)
	@$(PYTHON) -m scripts.demo.office $(if $(findstring command,$(origin PORT)),--port $(PORT))

office-stop: ## stop the server that `make office` left running
	@test ! -x $(PYTHON) || $(PYTHON) -m scripts.demo.office --stop

demo-stop: ## stop the server that `make demo` left running
	@test ! -x $(PYTHON) || $(PYTHON) -m scripts.demo --stop

test: ## run the tests: units, real screens, real server, real browser, PostgreSQL; long forms in short
	$(call ready,test)
	@$(PYTHON) -m pytest -n 3 --dist worksteal

quick: ## run the tests that the changes since main can reach by their imports, without those that start programs
	$(call ready,test)
	@$(PYTHON) -m scripts.quick_tests

prove: ## prove at length what `make test` shows in short, and write docs/evidence
	$(call ready,test)
	@$(PYTHON) -m tests.prove

lint: ## check style, types, layers and catalogs
	$(call ready,lint)
	@$(PYTHON) -m ruff check . && $(PYTHON) -m ruff format --check . && $(PYTHON) -m mypy && .venv/bin/lint-imports
	@$(PYTHON) scripts/catalogs.py check && $(PYTHON) scripts/codelists.py check

bench: ## measure: one JSON object a line
	$(call ready,test)
	@$(PYTHON) -m tests.bench

shots: ## take the pictures of the screens into docs/img, those of the guides into the console's static files
	$(call ready,test)
	@$(PYTHON) scripts/shots.py

golden: ## take the kept pictures of every screen anew (tests/mobile/screens/golden); look at them before you commit
	$(call ready,test)
	@rm -f tests/mobile/screens/golden/*.png && \
	  FIELD178_RETAKE_GOLDEN=1 $(PYTHON) -m pytest -q -n 0 tests/mobile/screens/test_states.py

server: ## serve the store of FIELD178_DATA_DIR (made at the first start); another port: PORT=8200
	$(call ready,demo)
	@.venv/bin/field178 init && .venv/bin/field178 serve --port $(PORT)

release: ## build the folder that an office installs: wheel, hash-locked lists, components, SHA256SUMS (needs uv)
	@scripts/release.sh

deb: ## build the package for Debian 12, 13 and Ubuntu 24.04, with all its libraries (needs uv and dpkg-deb)
	@scripts/package.sh

apk: ## build the Android application (needs buildozer and Google's tools: docs/android.md)
	@$(PYTHON) mobile/stage_apk.py && cd mobile && buildozer android debug

tablet: ## open the tablet application
	$(call ready,demo)
	@.venv/bin/field178-tablet

lock: ## renew requirements.lock and its parts for the demo and the office from pyproject.toml (needs uv)
	$(COMPILE) --all-extras -o requirements.lock
	$(COMPILE) --extra server --extra mobile -c requirements.lock -o requirements-demo.lock
	$(COMPILE) --extra server -c requirements.lock -o requirements-office.lock
