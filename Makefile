# Two commands: `make report` sets up and writes the main report, `make test` sets up and passes the tests.
# Each makes its own virtual environment; Python 3.11 or newer is all they need.
PYTHON ?= python3
FORMULA ?= exp(x)/sqrt(sin(x)^3+cos(x)^3)
AT ?= x=1.5
OUT ?= report.html

.PHONY: help report test reports clean
help:  ## what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /	/'

report: .venv/report/ready  ## write report.html (FORMULA="..." AT="x=..." OUT=... for your own)
	.venv/report/bin/diffkit report "$(FORMULA)" --at "$(AT)" -o "$(OUT)" --force

test: .venv/test/ready  ## style, types, then every test
	.venv/test/bin/ruff check .
	.venv/test/bin/mypy
	.venv/test/bin/pytest -n auto --dist worksteal

reports: .venv/report/ready  ## write the specimens in reports/ again; the calibration study if its peers are installed
	.venv/report/bin/python scripts/write_specimens.py
	.venv/report/bin/python scripts/calibrate.py
	.venv/report/bin/python scripts/predict.py

clean:  ## remove what was set up
	rm -rf .venv

.venv/report/ready: pyproject.toml
	$(PYTHON) -m venv .venv/report
	.venv/report/bin/python -m pip install --quiet --editable .
	touch $@

.venv/test/ready: pyproject.toml
	$(PYTHON) -m venv .venv/test
	.venv/test/bin/python -m pip install --quiet --editable ".[test]"
	touch $@
