# plextract: `make run` extracts the sample corpus, `make test` checks everything. Needs Python 3.11+ and make.

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
MODEL_STAMP := .venv/.model
DEBIAN_STAMP := .venv/.debian
DEBIAN_PACKAGES := chromium groff-base r-base-core r-cran-rsqlite

NKJP ?= nkjp-ner.jsonl.xz

.PHONY: run test lint format bench cluster fuzz train docs dist clean help

run: $(STAMP) $(MODEL_STAMP)  ## install, then extract corpus/docs into outputs/
	$(BIN)/plextract run corpus/docs --out outputs

test: $(STAMP) $(MODEL_STAMP) $(DEBIAN_STAMP)  ## install, then run the test suite with its quality gate
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

lint: $(STAMP)  ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m mypy

format: $(STAMP)  ## let ruff lay out the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(STAMP)  ## how fast a run is, by stage and beside other pipelines, into docs/speed.md (some six minutes)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	$(BIN)/python bench/throughput.py

cluster: $(STAMP)  ## the test of a run on Ray, one of its nodes killed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[ray]'
	$(BIN)/python -m pytest tests/test_cluster.py

fuzz: $(STAMP)  ## two minutes of hostile input for each part that meets it
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[fuzz]'
	cd tests && PATH="$(abspath $(BIN)):$$PATH" python -m fuzz

train: $(STAMP)  ## train the bundled pipeline anew: make train NKJP=path/to/nkjp-ner.jsonl.xz
	cd models/train && PATH="$(abspath $(BIN)):$$PATH" python -m spacy project run all . --vars.nkjp "$(abspath $(NKJP))"

docs: $(STAMP)  ## build the documentation into build/site
	$(BIN)/python docs/build.py

dist: $(STAMP)  ## build wheel and sdist into dist/, check them, and try the wheel in an empty environment
	rm -rf dist build/dist-env
	$(BIN)/python -m build --outdir dist
	$(BIN)/python -m twine check --strict dist/*
	"$(PYTHON)" -m venv build/dist-env
	build/dist-env/bin/python -m pip install --quiet --disable-pip-version-check dist/*.whl
	cd build && dist-env/bin/plextract --version && dist-env/bin/plextract explain '20 gmin otrzymało 2,5 mln zł 5 maja 2014 r.'

clean:  ## remove the environment and what was built
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .fuzz

help:  ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /\1	/p' Makefile

$(STAMP): pyproject.toml
	@"$(PYTHON)" -c 'import sys; sys.exit("plextract needs Python 3.11 or newer; name one with: make PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	@"$(PYTHON)" -m venv .venv
	@echo "installing into .venv, which takes a minute or two"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $(STAMP)

# An optional Polish model; whatever comes of it, this never fails and takes 20 seconds at most.
$(MODEL_STAMP): $(STAMP)
	@$(BIN)/plextract models --get || true
	@touch $(MODEL_STAMP)

# Programs that some tests drive; whatever comes of it, this never fails.
$(DEBIAN_STAMP): Makefile $(STAMP)
	@sh tests/debian_packages.sh $(DEBIAN_PACKAGES)
	@touch $(DEBIAN_STAMP)
