# A newcomer needs two of these: `make serve` and `make test`. `make help` lists all of them.

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
STORE ?= var/store
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
COMPILED := hatch_build.py routes/scan.pyx
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
INSTALL := $(PIP) install --require-hashes --no-deps
INSTALL_SELF := $(PIP) install --no-deps --no-build-isolation --no-index --editable .

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help serve test test-clients lint format conformance bench demo-cluster pictures lock clean
.PHONY: assets dev-assets clients servers qgis bench-peers

help: ## List what make can do here
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  PORT=8001 HOST=0.0.0.0 STORE=folder change where serve listens and what it serves,"
	@echo "  PYTHON=python3.12 which Python the environment is made of, ARGS=\"-k time\" what test runs."

serve: $(VENV)/.serve assets ## Install what is missing, publish the shipped atlas, serve it
	@$(BIN)/routeshift publish data/balkans --store "$(STORE)" --if-changed \
		--note "The shipped atlas" --author "The routeshift authors"
	@exec $(BIN)/routeshift serve --store "$(STORE)" --host "$(HOST)" --port "$(PORT)"

test: clients servers $(VENV)/.dev dev-assets ## Run every test, the browser's too; a skipped one is a failure
	$(BIN)/python -m pytest -p tools.no_skips $(ARGS)
	$(if $(ARGS),,$(BIN)/python -m pytest -p tools.no_skips --store=postgis tests/service)

test-clients: qgis $(VENV)/.dev ## Prove it with real QGIS and ogr2ogr; maps that QGIS drew: build/clients
	$(BIN)/python -m pytest -p tools.no_skips clients $(ARGS)

lint: $(VENV)/.dev ## Check style, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy tools tests/packaging clients benchmarks
	$(BIN)/lint-imports

format: $(VENV)/.dev ## Format the code and mend what can be mended
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

conformance: $(VENV)/.dev assets ## Run the OGC's own test suites against the service (Java, Maven)
	$(BIN)/python tools/with_service.py $(BIN)/python tools/conformance.py {url}

bench: clients bench-peers $(VENV)/.dev assets ## Measure it against its limit and its peers; SIZE=100000 versions
	$(BIN)/python -m benchmarks $(ARGS)
	$(BIN)/python -m benchmarks.page
	$(BIN)/python -m benchmarks.large_map

demo-cluster: servers $(VENV)/.dev assets ## Two services, a database, its replica and nginx: kill one by one
	$(BIN)/python -m tools.cluster $(ARGS)

pictures: clients $(VENV)/.dev assets ## Take the pictures in docs/pictures again
	$(BIN)/python tools/with_service.py $(BIN)/python tools/pictures.py {url} docs/pictures

lock: ## Resolve the locked versions again; UPGRADE=1 takes the newest
	tools/lock.sh "$(PYTHON)" $(if $(UPGRADE),--upgrade)

clean: ## Remove what make made here; never var/, which holds your editions
	rm -rf $(VENV) node_modules build dist service/maps/static/vendor
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find geo routes service tests clients tools benchmarks data -name __pycache__ -type d -prune \
		-exec rm -rf {} +

# The environment is made once, and again when what it is made from has changed.
$(VENV)/.created:
	@tools/create_venv.sh "$(PYTHON)" $(VENV)
	@touch $@

$(VENV)/.serve: $(VENV)/.created requirements/serve.txt requirements/build.txt pyproject.toml $(COMPILED)
	@echo "Installing what the service needs; this happens once and can take minutes."
	@$(INSTALL) --requirement requirements/serve.txt --requirement requirements/build.txt
	@$(INSTALL_SELF)
	@touch $@

# Holds all that .serve holds, at the same versions: `make serve` after this installs nothing.
$(VENV)/.dev: $(VENV)/.created requirements/dev.txt pyproject.toml $(COMPILED)
	@echo "Installing what the tests need; this happens once and can take minutes."
	@$(INSTALL) --requirement requirements/dev.txt
	@$(INSTALL_SELF)
	@touch $@ $(VENV)/.serve

assets: $(VENV)/.serve
	@$(BIN)/python tools/fetch_assets.py

dev-assets: $(VENV)/.dev
	@$(BIN)/python tools/fetch_assets.py --dev

clients:
	@PYTHON="$(PYTHON)" tools/install_clients.sh chromium ogrinfo compiler headers

bench-peers:
	@tools/install_clients.sh ogr2ogr postgis nginx

servers:
	@tools/install_clients.sh postgis nginx

qgis:
	@tools/install_clients.sh ogr2ogr qgis
