# make run    everything on this machine: install, build, start (make run ARGS='--port 9000 --reset')
# make test   the whole suite on servers of its own
# make bench  the benchmarks
# make fuzz   a million random and damaged inputs for each parser (make fuzz ARGS=100000)
# make lint   the gates that need no build

.PHONY: run test bench fuzz format lint install build

# What `/version` tells; without git it is `unknown`.
export BUILD_COMMIT ?= $(shell git rev-parse HEAD 2>/dev/null || echo unknown)

run: build
	@# Ends with make too, also when make is killed.
	@exec setpriv --pdeathsig TERM .build/release/tbg dev $(ARGS)

build: install
	swift build -c release --product tbg

test:
	@scripts/install --test
	@scripts/test $(ARGS)

fuzz:
	@scripts/install --test
	@scripts/fuzz $(ARGS)

bench: install
	@Benchmarks/run $(ARGS)

format:
	swift format format --in-place --parallel --recursive Sources Content Tests Benchmarks Package.swift

lint:
	swift format lint --strict --parallel --recursive Sources Content Tests Benchmarks Package.swift
	@for check in scripts/check-*; do $$check || exit 1; done

install:
	@scripts/install
