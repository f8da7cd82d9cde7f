# Needs Python 3.11 or later (with venv and pip), git and make; everything else is installed into
# this folder. `make help` lists the targets.

PYTHON ?= python3
BIN := .venv/bin
PACKAGES := clients/c4c-client clients/exchange-client contact-sync emulators \
	tap-c4c tap-exchange-contacts target-c4c target-exchange-contacts
SOURCES := $(foreach package,$(PACKAGES),$(package)/$(subst -,_,$(notdir $(package))))
MANIFESTS := constraints.txt pyproject.toml $(addsuffix /pyproject.toml,$(PACKAGES))

# A uv that is there is used; otherwise one is installed from pip's index into its own environment.
UV := $(shell uv --version >/dev/null 2>&1 && echo uv || echo .venv-uv/bin/uv)
INDEXED := $(PYTHON) scripts/with_index.py
# Stores of tests need not survive a power cut: in memory, where the system offers 2 GB of that.
SHM := $(shell df -Pk /dev/shm 2>/dev/null | awk '$$6 == "/dev/shm" && $$4 > 2000000 {print $$6}')
IN_MEMORY := $(if $(SHM),TMPDIR=$(SHM))

# Meltano writes settings with secrets in there, and leaves them behind if it is killed.
PRIVATE_FOLDERS := mkdir -p .meltano/run output && chmod 700 .meltano .meltano/run output

# A session starts nine Python processes; without byte code each needs twice the time.
unexport PYTHONDONTWRITEBYTECODE
unexport VIRTUAL_ENV

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 18

.PHONY: install
install: .venv/.installed .meltano/.installed ## install the tools, the packages and the Meltano plugins
	@$(PRIVATE_FOLDERS)

.PHONY: demo
demo: install ## play two-way sync against the emulators
	@PYTHONPATH=scripts $(BIN)/python -m demo

.PHONY: emulators
emulators: install ## start the emulators in the background; their addresses go to .env
	@$(BIN)/python scripts/serve_emulators.py start

.PHONY: emulators-stop
emulators-stop: ## stop them
	@$(BIN)/python scripts/serve_emulators.py stop

.PHONY: test
test: install ## run all tests
	$(IN_MEMORY) $(BIN)/pytest -n 2 --dist loadgroup

.PHONY: behaviour
behaviour: .venv/.installed ## play every pair of events and write docs/behaviour.md
	$(IN_MEMORY) PYTHONPATH=tests $(BIN)/python scripts/behaviour.py

.PHONY: soak
soak: install ## play generated histories and worlds; SOAK_SECONDS, PLANNER_CASES, SOAK_SEED
	@$(IN_MEMORY) PYTHONPATH=tests:scripts $(BIN)/python scripts/soak.py

.PHONY: matrix
matrix: .venv/.installed ## let each operation of Graph and of C4C answer anything for good, of one item, record, view or mailbox
	@PYTHONPATH=tests $(BIN)/python -c "from harness import nobody, nobody_c4c; print('Graph:', len(nobody.cells()), 'cells; C4C:', len(nobody_c4c.cells()), 'cells')"
	@$(IN_MEMORY) MATRIX_FULL=1 $(BIN)/pytest -q -n 2 --show-capture=no tests/system/test_nobody_stops_anybody.py tests/system/test_nobody_stops_anybody_c4c.py

.PHONY: crashes
crashes: .venv/.installed ## let sessions die at every write of every scene; SCENES chooses some
	@$(IN_MEMORY) $(BIN)/python scripts/play_crashes.py $(SCENES)

.PHONY: mutants
mutants: .venv/.installed ## plant defects in a scratch copy and see that the tests find them
	@$(IN_MEMORY) PYTHONPATH=tests $(BIN)/python scripts/play_mutants.py

.PHONY: mutants-by-histories
mutants-by-histories: .venv/.installed ## say which planted defects histories alone find; HISTORIES_SECONDS for each
	@$(IN_MEMORY) PYTHONPATH=tests:scripts $(BIN)/python scripts/mutants_by_histories.py

.PHONY: core-mutants
core-mutants: .venv/.installed ## change each function of the core in small ways and see that its tests notice
	@$(IN_MEMORY) $(BIN)/python scripts/core_mutants.py

.PHONY: proof
proof: .venv/.installed ## write the table of invariants, tests and mutants into docs/proof.md
	@PYTHONPATH=tests $(BIN)/python scripts/proof_table.py

.PHONY: check
check: .venv/.installed ## lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy $(SOURCES) scripts tests
	$(BIN)/ty check
	$(BIN)/lint-imports

.PHONY: settings
settings: .venv/.installed ## write settings and issue codes into meltano.yml and README.md
	$(BIN)/python scripts/plugin_settings.py
	$(BIN)/python scripts/issue_codes.py

.PHONY: constraints
constraints: $(filter-out uv,$(UV)) ## pin what the packages need; UPGRADE=--upgrade takes new versions
	$(UV) pip compile --quiet --universal --python-version 3.11 --no-annotate \
		--no-header --group dev --all-extras pyproject.toml contact-sync/pyproject.toml \
		$(addprefix --no-emit-package ,$(sort $(notdir $(filter-out emulators,$(PACKAGES))) \
		contact-sync-emulators)) --output-file constraints.txt $(UPGRADE)

.PHONY: clean
clean: ## remove everything that was installed; state, store and .env stay
	rm -rf .venv .venv-uv .meltano/.installed .meltano/extractors .meltano/loaders \
		.meltano/mappers .meltano/utilities

.venv-uv/bin/uv:
	@$(PYTHON) scripts/check_python.py
	$(PYTHON) -m venv .venv-uv
	.venv-uv/bin/pip install --quiet uv

.venv/.installed: $(MANIFESTS) $(filter-out uv,$(UV))
	@$(PYTHON) scripts/check_python.py
	$(UV) venv --quiet --allow-existing --python "$$($(PYTHON) -c "import sys; print(sys.executable)")" .venv
	$(INDEXED) $(UV) pip install --quiet --python .venv --constraint constraints.txt --group dev \
		$(foreach package,$(PACKAGES),--editable "./$(package)$(if $(filter tap-%,$(package)),[sync])")
	@touch $@

.meltano/.installed: .venv/.installed meltano.yml
	@$(PRIVATE_FOLDERS)
	$(INDEXED) $(BIN)/meltano --log-level=warning install --parallelism=4
	@touch $@
