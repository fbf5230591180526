# keyfob: one static binary. `make help` lists the targets.

VERSION = 0.1.0

# --- What is built ------------------------------------------------------------
# By default the binary itself: musl, static-pie, hardened, stripped, the same bytes each time.
# ASAN=1 builds everything with glibc, ASan and UBSan instead (CC=gcc or clang), for tests.

ifdef ASAN
ifeq ($(origin CC),default)
CC = gcc
endif
flavour = asan-$(notdir $(CC))
else ifdef FUZZ
CC = clang
flavour = fuzz
else
ifeq ($(origin CC),default)
CC = musl-gcc
endif
flavour = musl
endif

B ?= build/$(flavour)
VENDOR ?= vendor/src

bearssl = $(VENDOR)/bearssl-0.6
libyaml = $(VENDOR)/libyaml-0.2.5
cmocka = $(VENDOR)/cmocka-1.1.5

# --- Flags --------------------------------------------------------------------

warnings = -Wall -Wextra -Wshadow -Wconversion -Wmissing-prototypes -Wpedantic -Werror
ours = -std=c11 $(warnings) -D_GNU_SOURCE -DKEYFOB_VERSION='"$(VERSION)"' -MMD -MP \
	-Isrc -isystem $(bearssl)/inc -isystem $(libyaml)/include
theirs = -std=c11 -w -D_GNU_SOURCE -DBR_RDRAND=0 -DBR_USE_URANDOM=0 -I$(bearssl)/inc -I$(bearssl)/src \
	-I$(libyaml)/include -I$(libyaml)/src \
	-DYAML_VERSION_MAJOR=0 -DYAML_VERSION_MINOR=2 -DYAML_VERSION_PATCH=5 -DYAML_VERSION_STRING='"0.2.5"'
common = -ffunction-sections -fdata-sections -ffile-prefix-map=$(CURDIR)=.

ifneq ($(filter musl%,$(flavour)),)
arch := $(shell uname -m)
musl ?= $(firstword $(wildcard /usr/lib/$(arch)-linux-musl /usr/lib/musl/lib))
hardened = -fPIE -fstack-protector-strong -fstack-clash-protection
ifeq ($(arch),x86_64)
hardened += -fcf-protection
endif
common += $(hardened) -idirafter /usr/include -idirafter /usr/include/$(arch)-linux-gnu
ours_opt = -O2 -g
theirs_opt = -Os
# musl-gcc's own -static-pie gives a dynamic program: the start files are named here.
link_head = -static -nostartfiles -Wl,-pie,--no-dynamic-linker,-z,text,-z,relro,-z,now,-z,noexecstack,--gc-sections,--build-id=none \
	$(musl)/rcrt1.o $(musl)/crti.o $(shell gcc -print-file-name=crtbeginS.o)
link_tail = -lpthread $(shell gcc -print-file-name=crtendS.o) $(musl)/crtn.o
else
sanitize = -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
ifdef FUZZ
sanitize += -fsanitize=fuzzer-no-link -fprofile-instr-generate -fcoverage-mapping
endif
ours_opt = -O1 -g $(sanitize)
theirs_opt = -O1 -g $(sanitize) -DBR_LE_UNALIGNED=0
link_head = $(sanitize)
link_tail = -lpthread
endif

# --- Sources ------------------------------------------------------------------

lib_c = $(sort $(filter-out src/main.c,$(wildcard src/*/*.c)))
bearssl_c = $(sort $(wildcard $(bearssl)/src/*.c $(bearssl)/src/*/*.c))
libyaml_c = $(addprefix $(libyaml)/src/,api.c parser.c reader.c scanner.c)
support_c = $(sort $(wildcard tests/support/*.c))
test_c = $(sort $(wildcard tests/*/*_test.c))
fuzz_c = $(sort $(wildcard tests/fuzz/*_fuzz.c))

lib_o = $(lib_c:%.c=$B/%.o) $B/gen/roots.o
bearssl_o = $(patsubst $(bearssl)/src/%.c,$B/bearssl/%.o,$(bearssl_c))
libyaml_o = $(patsubst $(libyaml)/src/%.c,$B/libyaml/%.o,$(libyaml_c))
support_o = $(support_c:%.c=$B/%.o)
tests = $(test_c:%.c=$B/%)
fuzzers = $(fuzz_c:%.c=$B/%)

# --- The binary ---------------------------------------------------------------

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all help tests test fuzz clean install

all: $(if $(ASAN),$B/keyfob,build/keyfob)

help:
	@echo 'make                 build/keyfob'
	@echo 'make ASAN=1 test     unit and flow tests under ASan and UBSan (CC=gcc or clang)'
	@echo 'make test            the same tests on musl'
	@echo 'make install         PREFIX=$(PREFIX) DESTDIR='

build/keyfob: $B/keyfob
	strip -o $@ $<

libs = $B/libkeyfob.a $B/libbearssl.a $B/libyaml.a

$B/keyfob: $B/src/main.o $(libs)
	$(CC) $(ours_opt) -o $@ $(link_head) $< $(libs) $(link_tail)

$B/libkeyfob.a: $(lib_o)
$B/libbearssl.a: $(bearssl_o)
$B/libyaml.a: $(libyaml_o)
$B/libkeyfob.a $B/libbearssl.a $B/libyaml.a:
	@rm -f $@
	ar rcsD $@ $^

$B/src/%.o: src/%.c | $(bearssl)/.fetched
	@mkdir -p $(@D)
	$(CC) $(ours) $(common) $(ours_opt) -c -o $@ $<

$B/bearssl/%.o: $(bearssl)/src/%.c
	@mkdir -p $(@D)
	@$(CC) $(theirs) $(common) $(theirs_opt) -c -o $@ $<

$B/libyaml/%.o: $(libyaml)/src/%.c
	@mkdir -p $(@D)
	@$(CC) $(theirs) $(common) $(theirs_opt) -c -o $@ $<

$(bearssl)/.fetched:
	vendor/fetch

# --- The roots that are built in ----------------------------------------------
# Mozilla's, as the package brings them: not /etc/ssl, which may hold this machine's own. On other
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

$B/gen/roots.o: $B/gen/roots.c src/crypto/roots.h
	$(CC) $(ours) $(common) $(ours_opt) -c -o $@ $<

# --- Tests --------------------------------------------------------------------

tests: $(tests)

# Each test program by itself; a failure does not stop the others.
test: $(tests)
	scripts/run-tests $(tests)

# An archive, so that a test takes only the helpers that it names, and their rooms.
$B/libsupport.a: $(support_o)
	@rm -f $@
	ar rcsD $@ $^

$B/tests/%_test: $B/tests/%_test.o $B/libsupport.a $B/cmocka.o $(libs)
	$(CC) $(ours_opt) -o $@ $(link_head) $< $B/libsupport.a $B/cmocka.o $(libs) $(link_tail)

$B/tests/%.o: tests/%.c
	@mkdir -p $(@D)
	$(CC) $(ours) -Itests -isystem $(cmocka)/include -DTESTS_DIR='"$(CURDIR)/tests"' $(common) $(ours_opt) -c -o $@ $<

$B/cmocka.o: $(cmocka)/src/cmocka.c
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -w -I$(cmocka)/include -DHAVE_STDLIB_H -DHAVE_STDINT_H -DHAVE_INTTYPES_H -DHAVE_STRING_H \
		-DHAVE_SETJMP_H -DHAVE_SIGNAL_H -DHAVE_UNISTD_H -DHAVE_TIME_H -DHAVE_STRUCT_TIMESPEC -DHAVE_CLOCK_GETTIME \
		-DHAVE_STRSIGNAL -DHAVE_GCC_THREAD_LOCAL_STORAGE $(common) $(theirs_opt) -c -o $@ $<

# Each patch of vendor/patches has a test that fails without it.
.PHONY: patch-check
patch-check:
	scripts/patch-check

# --- Fuzzing: `make FUZZ=1 fuzzers` ---------------------------------------------

.PHONY: fuzzers
fuzzers: $(fuzzers)

$B/tests/fuzz/%_fuzz: $B/tests/fuzz/%_fuzz.o $B/libsupport.a $B/cmocka.o $(libs)
	$(CC) $(ours_opt) -fsanitize=fuzzer -o $@ $(link_head) $< $B/libsupport.a $B/cmocka.o $(libs) $(link_tail)

# --- Installing ---------------------------------------------------------------

PREFIX ?= /usr/local

install: build/keyfob
	install -D -m 755 build/keyfob $(DESTDIR)$(PREFIX)/bin/keyfob

clean:
	rm -rf build

-include $(patsubst %.o,%.d,$(filter-out $B/gen/%,$(lib_o)) $B/src/main.o $(support_o)) $(tests:%=%.d) $(fuzzers:%=%.d)
