# keyfob: one static binary. `make help` lists the targets.

VERSION = 0.1.0

.DEFAULT_GOAL = all

# --- What is built ------------------------------------------------------------
# By default the binary itself: musl, static-pie, hardened, stripped, the same bytes each time.
# ASAN=1 builds everything with glibc, ASan and UBSan instead (CC=gcc or clang), for tests;
# FUZZ=1 is the clang one of these with libFuzzer's counters in what is ours. A CC of the
# environment is not listened to, for each of them needs a compiler of its own.

ifdef ASAN
CC = gcc
flavour = asan-$(notdir $(CC))
else ifdef FUZZ
CC = clang
flavour = fuzz
else
CC = musl-gcc
flavour = musl
endif

B ?= build/$(flavour)
T = $(if $(FUZZ),build/asan-clang,$B)# what is not ours is built once for both

VENDOR ?= vendor/src
bearssl = $(VENDOR)/bearssl-0.6
libyaml = $(VENDOR)/libyaml-0.2.5
cmocka = $(VENDOR)/cmocka-1.1.5

# The sources of others must be there before they can be listed: make brings them, then starts again.
ifneq ($(filter-out help clean,$(or $(MAKECMDGOALS),all)),)
include $(VENDOR)/.ready
endif

$(VENDOR)/.ready: vendor/fetch $(wildcard vendor/patches/*.patch)
	vendor/fetch $(VENDOR)
	@touch $@

# --- Flags --------------------------------------------------------------------

warnings = -Wall -Wextra -Wshadow -Wconversion -Wmissing-prototypes -Wpedantic -Werror
ours = -std=c11 $(warnings) -D_GNU_SOURCE -DKEYFOB_VERSION='"$(VERSION)"' -MMD -MP \
	-Isrc -isystem $(bearssl)/inc -isystem $(libyaml)/include
theirs = -std=c11 -w -D_GNU_SOURCE -DBR_RDRAND=0 -DBR_USE_URANDOM=0 -I$(bearssl)/inc -I$(bearssl)/src \
	-I$(libyaml)/include -I$(libyaml)/src \
	-DYAML_VERSION_MAJOR=0 -DYAML_VERSION_MINOR=2 -DYAML_VERSION_PATCH=5 -DYAML_VERSION_STRING='"0.2.5"'
common = -ffunction-sections -fdata-sections -ffile-prefix-map=$(CURDIR)=.

ifeq ($(flavour),musl)
arch := $(shell uname -m)
musl ?= $(firstword $(wildcard /usr/lib/$(arch)-linux-musl /usr/lib/musl/lib))
hardened = -fPIE -fstack-protector-strong -fstack-clash-protection $(if $(filter x86_64,$(arch)),-fcf-protection)
kernel_headers = -idirafter /usr/include -idirafter /usr/include/$(arch)-linux-gnu
common += $(hardened) $(kernel_headers)
ours_opt = -O2 -g
theirs_opt = -Os
# musl-gcc's own -static-pie gives a dynamic program: the start files are named here.
link_head = -static -nostartfiles -Wl,-pie,--no-dynamic-linker,-z,text,-z,relro,-z,now,-z,noexecstack,--gc-sections,--build-id=none \
	$(musl)/rcrt1.o $(musl)/crti.o $(shell gcc -print-file-name=crtbeginS.o)
link_tail = -lpthread $(shell gcc -print-file-name=crtendS.o) $(musl)/crtn.o
else
sanitize = -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
ours_opt = -O1 -g $(sanitize) $(if $(FUZZ),-fsanitize=fuzzer-no-link)
theirs_opt = -O1 -g $(sanitize) -DBR_LE_UNALIGNED=0
link_head = $(sanitize)
link_tail = -lpthread
endif

# What was built with other flags is built again: these two files change when the flags do.
made_ours := $(CC) $(ours) $(common) $(ours_opt)
made_theirs := $(CC) $(theirs) $(common) $(theirs_opt)
letters = $(firstword -$(MAKEFLAGS))
ifeq (,$(findstring n,$(letters))$(findstring q,$(letters)))
ifneq ($(file <$B/made-ours),$(made_ours))
$(shell mkdir -p $B)$(file >$B/made-ours,$(made_ours))
endif
ifneq ($(file <$T/made-theirs),$(made_theirs))
$(shell mkdir -p $T)$(file >$T/made-theirs,$(made_theirs))
endif
endif

# --- Sources ------------------------------------------------------------------

lib_c = $(sort $(filter-out src/main.c,$(wildcard src/*/*.c)))
bearssl_c = $(sort $(wildcard $(bearssl)/src/*.c $(bearssl)/src/*/*.c))
libyaml_c = $(addprefix $(libyaml)/src/,api.c parser.c reader.c scanner.c)
support_c = $(sort $(wildcard tests/support/*.c))
test_c = $(sort $(wildcard tests/*/*_test.c))
fuzz_c = $(sort $(wildcard tests/fuzz/*_fuzz.c))

gen_o = $B/gen/roots.o $B/gen/licenses.o
lib_o = $(lib_c:%.c=$B/%.o) $(gen_o)
bearssl_o = $(patsubst $(bearssl)/src/%.c,$T/bearssl/%.o,$(bearssl_c))
libyaml_o = $(patsubst $(libyaml)/src/%.c,$T/libyaml/%.o,$(libyaml_c))
support_o = $(support_c:%.c=$B/%.o)
tests = $(test_c:%.c=$B/%)
fuzzers = $(fuzz_c:%.c=$B/%)

# --- The binary ---------------------------------------------------------------

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all help tests test peer check conformance fuzzers fuzz patch-check size bench install clean

all: $(if $(filter musl,$(flavour)),build/keyfob,$B/keyfob)

help:
	@echo 'make                    build/keyfob: static, hardened, stripped'
	@echo 'make test               unit and flow tests on musl'
	@echo 'make ASAN=1 test        the same under ASan and UBSan (CC=gcc or clang)'
	@echo 'make fuzz               each fuzz target for FUZZ_SECONDS=60, or TARGETS="json url"'
	@echo 'make conformance        the MCP conformance suite with keyfob as its client'
	@echo 'make size               what the bytes of the binary are, room by room'
	@echo 'make bench              start-up, memory, and the price of a passphrase'
	@echo 'make check              all of scripts/test, as CI runs it'
	@echo 'make install            PREFIX=/usr/local DESTDIR='
	@echo 'make clean'

build/keyfob: $B/keyfob
	strip -o $@ $<

theirs_a = $T/libbearssl.a $T/libyaml.a
libs = $B/libkeyfob.a $(theirs_a)

# Linked from the objects, not from the archive, so that the map names the rooms.
$B/keyfob: $B/src/main.o $(lib_o) $(theirs_a)
	$(CC) $(ours_opt) -o $@ -Wl,-Map=$@.map $(link_head) $^ $(link_tail)

$B/libkeyfob.a: $(lib_o)
$T/libbearssl.a: $(bearssl_o)
$T/libyaml.a: $(libyaml_o)
# An archive, so that a test takes only the helpers that it names, and their rooms.
$B/libsupport.a: $(support_o)
$B/libkeyfob.a $(theirs_a) $B/libsupport.a:
	@rm -f $@
	@ar rcsD $@ $^

$B/src/%.o: src/%.c $B/made-ours
	@mkdir -p $(@D)
	$(CC) $(ours) $(common) $(ours_opt) -c -o $@ $<

$T/bearssl/%.o: $(bearssl)/src/%.c $T/made-theirs
	@mkdir -p $(@D)
	@$(CC) $(theirs) $(common) $(theirs_opt) -c -o $@ $<

$T/libyaml/%.o: $(libyaml)/src/%.c $T/made-theirs
	@mkdir -p $(@D)
	@$(CC) $(theirs) $(common) $(theirs_opt) -c -o $@ $<

# --- What is built in: the roots, the licences --------------------------------
# Mozilla's roots as the package brings them: not /etc/ssl, which may hold this machine's own. On other
# systems: make CA_BUNDLE=file.pem. They are turned into C by a program that runs here.

HOSTCC ?= gcc
mozilla = /usr/share/ca-certificates/mozilla
roots_from = $(or $(CA_BUNDLE),$(wildcard $(mozilla)))
roots_version = $(or $(if $(CA_BUNDLE),,$(shell dpkg-query -W -f '$${Version}' ca-certificates 2>/dev/null)),unknown)
roots_c = scripts/roots.c $(addprefix src/,$(addsuffix .c,crypto/cert crypto/der crypto/pem \
	base/arena base/b64 base/buf base/err base/secret base/str))

$B/gen/roots: $(roots_c) $(wildcard src/base/*.h) src/crypto/cert.h src/crypto/der.h src/crypto/pem.h
	@mkdir -p $(@D)
	$(HOSTCC) -std=c11 $(warnings) -D_GNU_SOURCE -O1 -Isrc -o $@ $(roots_c)

$B/gen/roots.c: $B/gen/roots $(roots_from)
	$< '$(roots_version)' '$(or $(roots_from),$(mozilla))' >$@

$B/gen/roots.o: src/crypto/roots.h

$B/gen/licenses.c: scripts/licenses LICENSE $(VENDOR)/.ready
	@mkdir -p $(@D)
	scripts/licenses $(bearssl) $(libyaml) >$@

$B/gen/%.o: $B/gen/%.c $B/made-ours
	$(CC) $(ours) -Wno-overlength-strings $(common) $(ours_opt) -c -o $@ $<

# --- Tests --------------------------------------------------------------------

tests: $(tests)

# Each test program by itself; a failure does not stop the others.
test: $(tests)
	scripts/run-tests $(tests)

check:
	scripts/test

# The MCP conformance suite, keyfob being the client.
conformance: all
	tests/conformance/run

# Each patch of vendor/patches has a test that fails without it.
patch-check:
	scripts/patch-check

$B/tests/%_test: $B/tests/%_test.o $B/libsupport.a $T/cmocka.o $(libs)
	$(CC) $(ours_opt) -o $@ $(link_head) $< $B/libsupport.a $T/cmocka.o $(libs) $(link_tail)

$B/tests/%.o: tests/%.c $B/made-ours
	@mkdir -p $(@D)
	$(CC) $(ours) -Itests -isystem $(cmocka)/include -DTESTS_DIR='"$(CURDIR)/tests"' $(common) $(ours_opt) -c -o $@ $<

$T/cmocka.o: $(cmocka)/src/cmocka.c
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -w -I$(cmocka)/include -DHAVE_STDLIB_H -DHAVE_STDINT_H -DHAVE_INTTYPES_H -DHAVE_STRING_H \
		-DHAVE_SETJMP_H -DHAVE_SIGNAL_H -DHAVE_UNISTD_H -DHAVE_TIME_H -DHAVE_STRUCT_TIMESPEC -DHAVE_CLOCK_GETTIME \
		-DHAVE_STRSIGNAL -DHAVE_GCC_THREAD_LOCAL_STORAGE $(common) $(theirs_opt) -c -o $@ $<

# The small servers that the tests of the binary talk to.
peer: $B/tests/peer/peer $B/tests/peer/names

$B/tests/peer/%: $B/tests/peer/%.o $(libs)
	$(CC) $(ours_opt) -o $@ $(link_head) $< $(libs) $(link_tail)

# --- Fuzzing ------------------------------------------------------------------
# The stored corpus is tests/fuzz/corpus/NAME; what a run finds is kept in build/fuzz/corpus/NAME
# and used again by the next.

FUZZ_SECONDS ?= 60
TARGETS ?= $(patsubst tests/fuzz/%_fuzz.c,%,$(fuzz_c))

fuzzers: $(fuzzers)

ifdef FUZZ
fuzz: $(TARGETS:%=$B/tests/fuzz/%_fuzz)
	tests/fuzz/run $(FUZZ_SECONDS) $^
else
fuzz:
	@$(MAKE) --no-print-directory FUZZ=1 fuzz
endif

$B/tests/fuzz/%_fuzz: $B/tests/fuzz/%_fuzz.o $B/libsupport.a $T/cmocka.o $(libs)
	$(CC) $(ours_opt) -fsanitize=fuzzer -o $@ $(link_head) $< $B/libsupport.a $T/cmocka.o $(libs) $(link_tail)

# --- Size and speed -----------------------------------------------------------

size: build/keyfob
	@scripts/size build/keyfob $B/keyfob.map

bench: build/keyfob peer $B/tests/bench/time $B/tests/bench/kdf
	@scripts/bench build/keyfob $B/tests/bench

$B/tests/bench/%: $B/tests/bench/%.o $(libs)
	$(CC) $(ours_opt) -o $@ $(link_head) $< $(libs) $(link_tail)

# --- Installing ---------------------------------------------------------------

PREFIX ?= /usr/local

install: build/keyfob
	install -D -m 755 build/keyfob $(DESTDIR)$(PREFIX)/bin/keyfob

clean:
	rm -rf build

-include $(patsubst %.o,%.d,$(lib_o) $B/src/main.o $(support_o)) $(tests:%=%.d) $(fuzzers:%=%.d) $(wildcard $B/tests/bench/*.d $B/tests/peer/*.d)
