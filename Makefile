# The two commands to know are `make demo` and `make test`; both need Go, a C
# compiler and make, and fetch ONNX Runtime where it is missing.

GO          ?= go
BIN         := bin
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.7.0
DEMO        := demo
DEMO_EPOCHS ?= 12

.PHONY: all build runtime runtimes demo test browser bench lint generate fuzz dist install clean

all: build

build:
	$(GO) build -o $(BIN)/ ./cmd/...

# ONNX Runtime, where none is found. Without it the pure-Go engine serves.
runtime: build
	@$(BIN)/vae-infer runtime >/dev/null 2>&1 || $(BIN)/vae-infer runtime install || true

# Train on the built-in digits, export, generate: pictures at the end.
demo: build runtime
	$(BIN)/vae-train --data digits --epochs $(DEMO_EPOCHS) --out $(DEMO)/vae-model --force
	$(BIN)/vae-export --model $(DEMO)/vae-model --out $(DEMO)/decoder.onnx
	$(BIN)/vae-infer --decoder $(DEMO)/decoder.onnx --samples 64 --out $(DEMO)/samples.png
	$(BIN)/vae-infer explore --decoder $(DEMO)/decoder.onnx --data digits --out $(DEMO)/explore || echo "The demo goes on without the page."
	@echo "Look at $(DEMO)/samples.png and at $(DEMO)/vae-model/manifold.png, and play with the page:"
	@echo "  $(BIN)/vae-infer explore --decoder $(DEMO)/decoder.onnx --data digits --out $(DEMO)/explore --open"

# Everything, ONNX Runtime included.
test: runtime
	$(GO) test ./...

# Products, layers, the training step: shares of the processor's peak.
bench:
	$(GO) test -run '^$$' -bench . ./internal/... ./train ./infer ./engine/...

# The check values of files of every kind, or of one, in every runtime that has a program
# in examples/.
DECODER ?=
runtimes: runtime
	scripts/runtimes.sh $(DECODER)

# The page of vae-infer explore, and that of vae-train --watch, in headless Chromium.
# SCREENSHOTS is a folder for pictures of it.
SCREENSHOTS ?=
browser: runtime
	scripts/explore.sh $(SCREENSHOTS)

lint:
	@test -z "$$(gofmt -l .)" || { echo "not formatted:"; gofmt -l .; exit 1; }
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...

generate:
	$(GO) generate ./...

# Every fuzz target for FUZZTIME.
FUZZTIME ?= 5s
fuzz:
	@for package in $$($(GO) list ./...); do \
	  for target in $$($(GO) test -list '^Fuzz' $$package | grep '^Fuzz'); do \
	    echo "fuzz $$package $$target"; \
	    $(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x $$package || exit 1; \
	  done; \
	done

# Archives to download, for Linux, macOS and Windows: scripts/release says how.
TARGETS ?= linux/amd64,linux/arm64,darwin/amd64,darwin/arm64,windows/amd64,windows/arm64
dist:
	$(GO) run ./scripts/release --out dist --targets $(TARGETS)

# The commands, their pages for man and completions for the usual shells, below PREFIX.
PREFIX ?= /usr/local
install: build
	scripts/install.sh $(BIN) $(DESTDIR)$(PREFIX)

clean:
	rm -rf $(BIN) $(DEMO) build dist
