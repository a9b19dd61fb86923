# keywatch: `make demo` shows it, `make check` proves it; both install what is missing (Debian).
#
#   make            the program, build/keywatch
#   make install    PREFIX (/usr/local) and DESTDIR as usual; make uninstall
#   make check-live  the live sources, against a fake cloud and a real radosgw on loopback
#   make lint       the walls of the house, the manual; make format lets clang-format decide
#   make bench      how fast it is, beside others; bench-scan, bench-screen,
#                   bench-history: only that
#   make fuzz       libFuzzer on every parser, FUZZ_SECONDS (30) each
#   make screens    the golden screens as SVG, below build/screens, and those in man/ anew
#   make clean
#
# VARIANT=asan|tsan builds the same things with sanitizers below build/VARIANT.

VERSION := 0.1.0
PREFIX ?= /usr/local
bindir := $(PREFIX)/bin
mandir := $(PREFIX)/share/man
datadir := $(PREFIX)/share/keywatch

CC ?= cc
VARIANT ?= release
B := build$(if $(filter release,$(VARIANT)),,/$(VARIANT))

LIBS_CORE := libcjson libpcre2-8 sqlite3 yaml-0.1 zlib libutf8proc libcrypto \
	libcurl expat
# The faster inflater, where it is; make ISAL= does without.
ISAL := $(shell pkg-config --exists libisal 2>/dev/null && echo yes)
LIBS_CORE += $(if $(ISAL),libisal)
FEATURES := $(if $(ISAL),-DKEYWATCH_ISAL)
LIBS_TUI := ncursesw
LIBS_TEST := cmocka vterm
PACKAGES := pkg-config libncurses-dev libcjson-dev libpcre2-dev libsqlite3-dev libyaml-dev \
	zlib1g-dev $(if $(filter x86_64 aarch64,$(shell uname -m)),libisal-dev) libutf8proc-dev \
	libssl-dev libcurl4-openssl-dev libexpat1-dev
PACKAGES_TEST := libcmocka-dev libvterm-dev mandoc clang-format openssh-client
PACKAGES_LIVE := python3 openssl ceph-mon ceph-osd radosgw ceph-common

WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
	-Wpointer-arith -Wwrite-strings -Werror=implicit-function-declaration
ifdef CI
WARNINGS += -Werror
endif
HARDENING := -fstack-protector-strong -fPIE
LDHARDENING := -pie -Wl,-z,relro,-z,now
SANITIZE_release :=
SANITIZE_asan := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
SANITIZE_tsan := -fsanitize=thread
OPTIMISE_release := -O2 -D_FORTIFY_SOURCE=2
# Compiled once and run once; and UBSan sees nothing of what the optimiser has already taken apart.
OPTIMISE_asan := -O0
OPTIMISE_tsan := -O1
# Some hundred programs are linked to be tested: by the faster linker, where it is.
LINKER_asan := $(if $(shell command -v ld.gold),-fuse-ld=gold)
LINKER_tsan := $(LINKER_asan)

pkgs = $(shell pkg-config $(1) $(LIBS_CORE) $(2) 2>/dev/null)
CFLAGS ?= -g
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -DKEYWATCH_VERSION='"$(VERSION)"' \
	-DKEYWATCH_DATADIR='"$(datadir)"' -I. -pthread $(WARNINGS) $(HARDENING) \
	$(OPTIMISE_$(VARIANT)) $(SANITIZE_$(VARIANT)) $(FEATURES) $(PKG_CFLAGS) $(CFLAGS)
ALL_LDFLAGS = -pthread $(LDHARDENING) $(SANITIZE_$(VARIANT)) $(LINKER_$(VARIANT)) $(LDFLAGS)
PKG_CFLAGS = $(eval PKG_CFLAGS := $$(call pkgs,--cflags,$(LIBS_TUI)))$(PKG_CFLAGS)
CORE_LDLIBS = $(eval CORE_LDLIBS := $$(call pkgs,--libs,) -lm)$(CORE_LDLIBS)
TUI_LDLIBS = $(eval TUI_LDLIBS := $$(call pkgs,--libs,$(LIBS_TUI)) -lm)$(TUI_LDLIBS)
TEST_LDLIBS = $(eval TEST_LDLIBS := $$(call pkgs,--libs,$(LIBS_TEST)))$(TEST_LDLIBS)

sources = $(sort $(wildcard $(addsuffix /*.c,$(1))))
objects = $(patsubst %.c,$(B)/obj/%.o,$(1))
CORE := $(filter-out $(if $(ISAL),,core/scan/inflate_isal.c),$(call sources,$(wildcard core/*)))
TUI := $(filter-out tui/main.c,$(call sources,tui))
SUPPORT := $(call sources,tests/support)
UNIT := $(patsubst tests/unit/%.c,$(B)/tests/unit/%,$(call sources,tests/unit))
E2E := $(patsubst tests/e2e/%.c,$(B)/tests/e2e/%,$(call sources,tests/e2e))
LIVE := $(patsubst tests/live/%.c,$(B)/tests/live/%,$(call sources,tests/live))
THREADED := $(patsubst %,build/tsan/tests/unit/test_%,$(file <tests/threaded))
FUZZ := $(patsubst tests/fuzz/%.c,$(B)/tests/fuzz/%,$(call sources,tests/fuzz))
THEMES := $(wildcard themes/*.ini)
BENCH := $(patsubst tests/bench/%.c,$(B)/tests/bench/%,$(call sources,tests/bench))

# On all cores, unless somebody said otherwise.
PARALLEL = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))

.PHONY: all demo demo-run check check-run check-live check-live-run test-programs \
	test-programs-live install uninstall clean lint fuzz bench bench-scan bench-screen bench-history screens deps deps-test deps-live format FORCE
.SECONDARY:
.DELETE_ON_ERROR:

all: $(B)/keywatch

# ---- the two commands ----

demo: deps
	@$(MAKE) --no-print-directory $(PARALLEL) demo-run

demo-run: all
	@$(B)/keywatch --store build/demo.db tests/sample/logs

check: deps-test
	@$(MAKE) --no-print-directory $(PARALLEL) check-run

check-run: all lint
	@$(MAKE) --no-print-directory VARIANT=asan test-programs
	@$(MAKE) --no-print-directory VARIANT=tsan $(THREADED)
	@tests/run

# Against peers that speak the sources' protocols, on loopback.
check-live: deps-live
	@$(MAKE) --no-print-directory $(PARALLEL) check-live-run

check-live-run:
	@$(MAKE) --no-print-directory VARIANT=asan test-programs-live
	@tests/run live

# ---- building ----

$(B)/keywatch: $(call objects,tui/main.c) $(B)/libtui.a $(B)/libcore.a
	@echo "  LD   $@"
	@$(CC) $(ALL_LDFLAGS) -o $@ $^ $(TUI_LDLIBS)

$(B)/libcore.a: $(call objects,$(CORE))
$(B)/libtui.a: $(call objects,$(TUI))
$(B)/libsupport.a: $(call objects,$(SUPPORT))
$(B)/%.a: $(B)/sources
	@rm -f $@
	@$(AR) rcs $@ $(filter %.o,$^)

# What was built with other flags, or of other files, is built anew: these change with their words.
$(B)/flags: words = $(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS)
$(B)/sources: words = $(CORE) $(TUI) $(SUPPORT)
$(B)/flags $(B)/sources: FORCE
	@pkg-config --exists --print-errors $(LIBS_CORE) $(LIBS_TUI) || \
		{ echo 'libraries are missing: "make deps" installs them (Debian)'; exit 2; }
	@mkdir -p $(@D)
	@echo '$(subst ','\'',$(words))' >$@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv -f $@.new $@; fi

# What these take in whole, no compiler tells of.
$(B)/obj/tui/theme_builtin.o: $(THEMES)
$(B)/obj/core/rule/rule_builtin.o: $(wildcard core/rule/builtin/*.yaml)

$(B)/obj/%.o: %.c $(B)/flags
	@mkdir -p $(@D)
	@echo "  CC   $@"
	@$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)

# ---- tests ----

test-programs: $(B)/keywatch $(UNIT) $(E2E) $(FUZZ)
test-programs-live: $(B)/keywatch $(LIVE)

# Only tests of the screen may see curses.
$(UNIT): $(B)/tests/unit/%: $(B)/obj/tests/unit/%.o $(B)/libsupport.a \
		$(if $(filter tsan,$(VARIANT)),,$(B)/libtui.a) $(B)/libcore.a
	@mkdir -p $(@D)
	@echo "  LD   $@"
	@$(CC) $(ALL_LDFLAGS) -o $@ $^ $(TEST_LDLIBS) $(if $(findstring test_tui_,$@),$(TUI_LDLIBS),$(CORE_LDLIBS)) -lutil

$(E2E) $(LIVE): $(B)/tests/%: $(B)/obj/tests/%.o $(B)/libsupport.a $(B)/libcore.a
	@mkdir -p $(@D)
	@echo "  LD   $@"
	@$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(TEST_LDLIBS) $(CORE_LDLIBS) -lutil

# What the benches scan is tested like the rest.
$(B)/tests/e2e/test_corpus: $(call objects,$(wildcard tests/bench/support/corpus*.c \
	tests/bench/support/trail*.c))

# Replays a corpus: every fuzz target has LLVMFuzzerTestOneInput; without libFuzzer our main runs it.
$(FUZZ): $(B)/tests/fuzz/%: $(B)/obj/tests/fuzz/%.o $(B)/obj/tests/fuzz/replay/main.o $(B)/libcore.a
	@mkdir -p $(@D)
	@echo "  LD   $@"
	@$(CC) $(ALL_LDFLAGS) -o $@ $^ $(CORE_LDLIBS)

fuzz:
	@command -v clang >/dev/null || { echo "make fuzz needs clang: apt-get install clang"; exit 2; }
	@mkdir -p build/fuzz
	@for f in $(patsubst tests/fuzz/%.c,%,$(call sources,tests/fuzz)); do \
		echo "== $$f"; mkdir -p build/fuzz/$$f; \
		clang -std=c11 -D_GNU_SOURCE -DKEYWATCH_VERSION='"$(VERSION)"' -DKEYWATCH_DATADIR='""' -I. -g -O1 -pthread \
			-fsanitize=fuzzer,address,undefined $(FEATURES) $(PKG_CFLAGS) -o build/fuzz/$$f.fuzz \
			tests/fuzz/$$f.c $(CORE) $(CORE_LDLIBS) && \
		build/fuzz/$$f.fuzz -max_total_time=$(or $(FUZZ_SECONDS),30) -timeout=10 \
			-artifact_prefix=build/fuzz/$$f- build/fuzz/$$f tests/fuzz/corpus/$$f || exit 1; \
	done

# What the benches compare with, where it is installed.
BENCH_LDLIBS = $(eval BENCH_LDLIBS := $$(shell pkg-config --libs libisal 2>/dev/null))$(BENCH_LDLIBS)

$(BENCH): $(B)/tests/bench/%: $(B)/obj/tests/bench/%.o \
		$(call objects,$(call sources,tests/bench/support)) $(B)/libsupport.a $(B)/libcore.a
	@mkdir -p $(@D)
	@echo "  LD   $@"
	@$(CC) $(ALL_LDFLAGS) -o $@ $^ $(TEST_LDLIBS) $(CORE_LDLIBS) $(BENCH_LDLIBS) -lutil

bench: all $(BENCH)
	@tests/bench/run

# Scans beside others that do the same; BENCH_SCAN: its words (tests/bench/bench_scan.c).
bench-scan: all $(B)/tests/bench/bench_scan
	@$(B)/tests/bench/bench_scan $(BENCH_SCAN)

# The screen at BENCH_ALERTS (100000): keys, bytes, finding, idling, beside tig and less.
bench-screen: all $(B)/tests/bench/bench_screen
	@$(B)/tests/bench/bench_screen $(BENCH_ALERTS)

# History of BENCH_ALERTS (100000): how fast it is put and loaded, and how much room it takes.
bench-history: all $(B)/tests/bench/bench_history
	@$(B)/tests/bench/bench_history $(BENCH_ALERTS)

# What the goldens show, to look at. Those that man/ keeps are called after them.
$(B)/tests/screens: $(call objects,$(addprefix tests/support/,picture.c svg.c screens/main.c)) \
		$(B)/libtui.a $(B)/libcore.a
	@mkdir -p $(@D)
	@echo "  LD   $@"
	@$(CC) $(ALL_LDFLAGS) -o $@ $^ $(CORE_LDLIBS)

screens: $(B)/tests/screens
	@mkdir -p build/screens
	@$(B)/tests/screens build/screens tests/data/golden/*.txt
	@for kept in man/screen-*.svg; do cp "build/screens/$${kept#man/screen-}" "$$kept"; done
	@echo "build/screens: $$(ls build/screens | wc -l) screens"

lint:
	@tests/lint && tests/lint --self-test

# ---- packages ----

# Status 2 and the exact line where we may not install.
define install_missing
	@command -v dpkg-query >/dev/null || exit 0; \
	missing=; for p in $(1); do \
		dpkg-query -W -f '$${Status}\n' $$p 2>/dev/null | grep -q '^install ok installed' || \
			missing="$$missing $$p"; \
	done; \
	[ -z "$$missing" ] && exit 0; \
	line="apt-get install -y --no-install-recommends$$missing"; \
	if [ "$$(id -u)" = 0 ]; then as=; \
	elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then as=sudo; \
	else echo "keywatch needs packages; as root: $$line"; exit 2; fi; \
	echo "installing:$$missing"; mkdir -p build; \
	$$as apt-get update -qq && \
	$$as env DEBIAN_FRONTEND=noninteractive $$line >build/packages.log 2>&1 || \
		{ cat build/packages.log; echo "could not run: $$line"; exit 2; }
endef

deps:
	$(call install_missing,$(PACKAGES))
deps-test:
	$(call install_missing,$(PACKAGES) $(PACKAGES_TEST))
deps-live:
	$(call install_missing,$(PACKAGES) $(PACKAGES_TEST) $(PACKAGES_LIVE))

# ---- installing ----

install: all
	install -d "$(DESTDIR)$(bindir)" "$(DESTDIR)$(mandir)/man1" "$(DESTDIR)$(mandir)/man5" \
		"$(DESTDIR)$(mandir)/man7" "$(DESTDIR)$(datadir)/themes"
	install -m 755 $(B)/keywatch "$(DESTDIR)$(bindir)/keywatch"
	install -m 644 man/keywatch.1 "$(DESTDIR)$(mandir)/man1/"
	install -m 644 man/keywatch.ini.5 man/keywatch-validation.5 "$(DESTDIR)$(mandir)/man5/"
	install -m 644 man/keywatch-kql.7 "$(DESTDIR)$(mandir)/man7/"
	install -m 644 $(THEMES) "$(DESTDIR)$(datadir)/themes/"

# Themes that somebody else put there stay.
uninstall:
	rm -f "$(DESTDIR)$(bindir)/keywatch" "$(DESTDIR)$(mandir)/man1/keywatch.1" \
		"$(DESTDIR)$(mandir)/man5/keywatch.ini.5" \
		"$(DESTDIR)$(mandir)/man5/keywatch-validation.5" \
		"$(DESTDIR)$(mandir)/man7/keywatch-kql.7"
	for theme in $(THEMES); do rm -f "$(DESTDIR)$(datadir)/$$theme"; done
	rmdir "$(DESTDIR)$(datadir)/themes" "$(DESTDIR)$(datadir)" 2>/dev/null || :

clean:
	rm -rf build

format:
	find core tui tests -name '*.[ch]' | xargs clang-format -i
