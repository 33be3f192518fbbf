# `make run` builds Wharf and starts it; `make test` installs what the tests need and runs everything.
# `make bench` measures Wharf and its peers, `make instructions` counts what Wharf executes: see bench/README.md.
# The rest are parts of `make test`.

.POSIX:
.PHONY: run build test check format licences advisories unit end-to-end on-embedded-stores on-shared-stores
.PHONY: tools bench instructions docs

TOOLS = .tools
DENY_VERSION = 0.20.2
# Folders whose tests bring the stores that they are about.
OWN_STORES = cluster redirect storage upgrade
# Folders whose tests are about what lies before the stores: once is enough. Other clients stay.
BEFORE_STORES = protocol readme sdk_go tccli buildah containerd cosign notation
TARGET = $${CARGO_TARGET_DIR:-target}

run:
	cargo run --release --locked -- serve

build:
	cargo build --release --locked

test: tools check licences advisories unit instructions end-to-end

# Programs for the tests, into $(TOOLS) and, with apt-get, into the system.
tools:
	tests/install.sh
	@test -x $(TOOLS)/bin/cargo-deny || \
	    cargo install cargo-deny --version $(DENY_VERSION) --locked --debug --no-default-features --quiet \
	        --root $(TOOLS) --target-dir $(TOOLS)/target

check:
	cargo fmt --all --check
	cargo fmt --check --manifest-path bench/generator/Cargo.toml
	cargo clippy --workspace --all-targets --locked --quiet -- --deny warnings

format:
	cargo fmt --all

licences:
	$(TOOLS)/bin/cargo-deny --log-level error check licenses sources bans

# Known vulnerabilities of dependencies, where the database of them can be reached.
advisories:
	@if $(TOOLS)/bin/cargo-deny --log-level off fetch db 2>/dev/null; then \
	    $(TOOLS)/bin/cargo-deny --log-level error check advisories; \
	else \
	    echo "advisories: the advisory database cannot be reached from here: not checked"; \
	fi

unit:
	$(TOOLS)/venv/bin/python -m pytest bench
	cargo test --workspace --locked --quiet
	$(TOOLS)/venv/bin/python tests/with_servers.py \
	    cargo test --locked --quiet --package wharf-db --package wharf-blob --package wharf-core

end-to-end:
	cargo build --locked --quiet
	$(MAKE) --no-print-directory --jobs=2 --output-sync=target on-embedded-stores on-shared-stores

# Side by side: each waits for its clients half the time. What one says is printed when it has ended.
on-embedded-stores:
	@WHARF_BIN=$(TARGET)/debug/wharf $(TOOLS)/venv/bin/python -m pytest tests --durations=25

on-shared-stores:
	@WHARF_BIN=$(TARGET)/debug/wharf $(TOOLS)/venv/bin/python -m pytest tests --durations=25 --stores shared \
	    $(OWN_STORES:%=--ignore=tests/%) $(BEFORE_STORES:%=--ignore=tests/%)

# `make bench BENCH='--rows manifest-*'` passes its words on.
bench:
	tests/install.sh
	bench/install.sh
	cargo build --release --locked
	cargo build --release --locked --quiet \
	    --manifest-path bench/generator/Cargo.toml --target-dir $(TARGET)/bench/generator
	WHARF_BIN=$(TARGET)/release/wharf BENCH_GENERATOR=$(TARGET)/bench/generator/release/generator \
	    $(TOOLS)/venv/bin/python -m bench $(BENCH)

# `make instructions INSTRUCTIONS=--record` writes bench/instructions.json anew.
instructions:
	cargo build --locked --quiet
	WHARF_BIN=$(TARGET)/debug/wharf $(TOOLS)/venv/bin/python -m bench.instructions $(INSTRUCTIONS)

# The pages of docs/api/ that are made from the actions' declarations.
docs:
	WHARF_WRITE_API_PAGES=1 cargo test --locked --quiet --package wharf --test api_pages
