#!/usr/bin/env bash
# check.sh NAME: one check, as CTest and `make lint` run it (cmake/checks.cmake has the list).
# WHOOSH_BUILD is the build folder whose executables are checked; default build/dev.
source "$(dirname "$0")/lib.sh"
source scripts/format.sh

WHOOSH_BUILD="${WHOOSH_BUILD:-$ROOT/build/dev}"

check_rules() { python3 tools/tidy/tidy.py --root .; }
check_sbom_test() { (cd tools/sbom && python3 sbom_test.py); }
check_rules_test() { python3 tools/tidy/tidy_test.py; }

check_format() {
  local tool
  if ! tool="$(find_clang_format)"; then
    say "not checked here: $CLANG_FORMAT_MISSING"
    exit "$SKIPPED"
  fi
  cpp_files | xargs -0 "$tool" --dry-run -Werror
}

check_shell() {
  shellcheck --version | sed -n 's/^version: /shellcheck /p'
  git ls-files -z -- '*.sh' .ci/run | xargs -0 shellcheck -x -P SCRIPTDIR -P scripts
}

check_types() { "$WHOOSH_BUILD/tools/wiregen" --root . --check; }

check_web_types() {
  scripts/web.sh install services/web
  (cd services/web && npm run check)
}

check_web_format() {
  scripts/web.sh install services/web
  (cd services/web && npm run fmt:check)
}

# What a phone has to load stays within its budget.
check_web_size() {
  scripts/web.sh build
  (cd services/web && npm run size)
}

check_web_unit() {
  scripts/web.sh install services/web
  (cd services/web && npm test)
}

# The store's pictures are what their descriptions draw, one for each item.
check_cosmetics() { node tools/cosmetics/draw.mjs --check; }

# Every metric of every process is in docs/METRICS.md, and none that is not there any more.
check_metrics() {
  python3 tools/observe/metrics.py --program "${WHOOSH_BIN:-$WHOOSH_BUILD/services/whoosh}"
}

# The model of docs/SCALE.md adds up, and its tables are what it computes.
check_scale() {
  (cd tools/scale && python3 scale_test.py)
  python3 tools/scale/scale.py --check docs/SCALE.md
}

# Each alert fires on what it is for and not on what is next to it, names metrics that there are,
# and has its runbook.
check_alerts() {
  local rules=infrastructure/observe/prometheus
  promtool check rules --lint=all --lint-fatal "$rules/alerts.yml"
  promtool test rules "$rules/alerts_test.yml"
  python3 tools/observe/alerts.py
  (cd tools/observe && python3 alerts_test.py)
}

# The dashboards are what their sources say, and what Grafana takes; faults in copies are found.
check_dashboards() {
  python3 tools/observe/dashboards.py
  (cd tools/observe && python3 dashboards_test.py)
}

# A real Prometheus reads a real cluster while a match is played: the rules load, and every query of
# every dashboard answers.
check_prometheus() {
  python3 tools/observe/prometheus_test.py \
    --program "${WHOOSH_BIN:-$WHOOSH_BUILD/services/whoosh}"
}

check_sdk_types() {
  scripts/web.sh install sdk/typescript
  (cd sdk/typescript && npm run check)
}

check_sdk_format() {
  scripts/web.sh install sdk/typescript
  (cd sdk/typescript && npm run fmt:check)
}

check_sdk_unit() {
  scripts/web.sh install sdk/typescript
  (cd sdk/typescript && npm test)
}

# The built package in plain Node.js against a real server.
check_sdk_server() {
  scripts/web.sh build
  scripts/web.sh install sdk/typescript
  (cd sdk/typescript && WHOOSH_BIN="${WHOOSH_BIN:-$WHOOSH_BUILD/services/whoosh}" \
    WHOOSH_WEB="$ROOT/services/web/dist" npm run test:server)
}

check_openapi() {
  scripts/web.sh install tests/lint
  (cd tests/lint && npm test)
}

# Every manifest of infrastructure/k8s: its schema, and our own rules over all of them together,
# the program's knobs among them; each rule is shown to find something in a broken copy.
check_kubernetes() {
  scripts/web.sh install infrastructure/check
  (cd infrastructure/check && WHOOSH_BIN="${WHOOSH_BIN:-$WHOOSH_BUILD/services/whoosh}" \
    npm run --silent kubernetes)
}

# Without Terraform and its AWS provider it says so, and fails where CI is set.
check_terraform() {
  python3 infrastructure/terraform/rotation/rotate_keys_test.py
  node infrastructure/check/terraform.mjs
}

check_pipeline() {
  scripts/web.sh install infrastructure/check
  (cd infrastructure/check && npm run --silent pipeline)
}

check_e2e() {
  scripts/web.sh build
  scripts/web.sh install tests/e2e
  (cd tests/e2e && WHOOSH_BIN="${WHOOSH_BIN:-$WHOOSH_BUILD/services/whoosh}" \
    WHOOSH_WEB="$ROOT/services/web/dist" npm test)
}

# Every fuzz target for a few seconds: the seeds still pass, and the target still builds.
check_fuzz() { FUZZ_SECONDS="${FUZZ_SECONDS:-8}" scripts/fuzz.sh run; }

# Every benchmark for an instant: it still runs, and its own checks of its answers hold.
check_bench() { scripts/bench.sh smoke "$WHOOSH_BUILD"; }

# The container files against the program, each other, and compose's own schema.
check_containers() {
  local program="${WHOOSH_BIN:-$WHOOSH_BUILD/services/whoosh}" compose=(docker compose)
  python3 tools/containers/check_containers.py --root . --program "$program"
  (cd tools/containers && python3 check_containers_test.py "$program")
  haproxy -c -q -f infrastructure/docker/haproxy.cfg
  if have docker-compose; then compose=(docker-compose); fi
  "${compose[@]}" --file docker-compose.yml config --quiet
}

# Minutes, so not part of `make test`: CLANG_TIDY=1 make lint.
check_clang_tidy() {
  if ! have clang-tidy; then
    say "not checked here: clang-tidy is not installed"
    exit "$SKIPPED"
  fi
  git ls-files -z -- 'libs/*.cpp' 'games/*.cpp' 'services/*.cpp' 'tools/*.cpp' |
    xargs -0 -n 4 -P "$JOBS" clang-tidy -p "$WHOOSH_BUILD" --quiet
}

SKIPPED=77 # CTest shows such a check as skipped, not as passed
name="${1:?usage: check.sh NAME}"
declare -F "check_${name//-/_}" >/dev/null || die "check.sh: no check is called $name"
"check_${name//-/_}"
