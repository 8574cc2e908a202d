# The only commands a person must remember. `make` alone lists them.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo test bench package lint

help: ## list these commands
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 16

demo: ## play the Gravelines attack on a town and leave the platform up (ARGS=--exit: end by itself)
	cargo run --locked --profile demo --bin beffroi -- demo $(ARGS)

test: ## install what the tests need, start their servers, run every test
	scripts/setup-tests
	scripts/with-servers scripts/run-tests $(ARGS)

bench: ## measure everything and write BENCHMARKS.md (ARGS=registry: one group)
	cargo xtask bench $(ARGS)

package: ## make the Debian package, its bill of materials and checksums in target/package
	cargo xtask package $(ARGS)

lint: ## formatting, clippy, documentation, shell scripts; every warning is an error
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --workspace --no-deps
	find scripts .ci -type f ! -name '*.mjs' -print0 | xargs -0 -n 1 bash -n
