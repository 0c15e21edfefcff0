#!/bin/sh
# Looks for faults without running anything.
#   packaging/lint.sh            everything; clang-tidy sees what differs from the commit in packaging/tidy_base
#   packaging/lint.sh --whole    only clang-tidy, on all of the C++
#   packaging/lint.sh FILE...    what there is to say about these C++ files
#   packaging/lint.sh --format   finds nothing, but lays out the C++ and the page
# Each check counts as a test, and they close as ctest does, so that ./dev test can add them up.
set -eu
cd "$(dirname "$0")/.."

jobs=${LECTERN_JOBS:-$(nproc)}
skipped=77
number=0
failed=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# run NAME COMMAND...: one check. What it says is shown when it fails.
run() {
    name=$1
    shift
    number=$((number + 1))
    started=$(date +%s)
    verdict=0
    "$@" >"$log" 2>&1 </dev/null || verdict=$?
    case $verdict in
    0) word='   Passed' ;;
    "$skipped") word='***Skipped' ;;
    *)
        word='***Failed'
        failed=$((failed + 1))
        ;;
    esac
    printf '    Test %2d: lint.%-14s %s %4d sec\n' "$number" "$name" "$word" "$(($(date +%s) - started))"
    [ "$verdict" -eq 0 ] || grep -vE '^[0-9]+ warnings? generated' "$log" || :
}

close() {
    [ "$number" -gt 0 ] || exit 1
    printf '\n%d%% tests passed, ' $(((number - failed) * 100 / number))
    printf '%d tests failed out of %d\n' "$failed" "$number"
    [ "$failed" -eq 0 ] || exit 1
}

# Files in git, and new ones that it will be told of.
files() {
    git ls-files --cached --others --exclude-standard --deduplicate -- "$@" | while IFS= read -r file; do
        [ ! -f "$file" ] || printf '%s\n' "$file"
    done
}
cpp_files() { files 'app/*.cpp' 'app/*.h' 'lib/*.cpp' 'lib/*.h' 'tests/*.cpp' 'tests/*.h'; }
sources_of() { printf '%s\n' "$@" | grep '\.cpp$' || :; }

# --- the checks ---

# Debian 12's and 13's formatters disagree on a handful of lines, so one of them has to be right.
is_reference_formatter() { clang-format --version | grep -q 'version 14\.'; }

layout() {
    if ! is_reference_formatter; then
        echo "layout is judged by clang-format 14, which is Debian 12's; this is $(clang-format --version)"
        return "$skipped"
    fi
    printf '%s\n' "$@" | xargs clang-format --dry-run --Werror
}

scripts() { files dev .ci/run '*.sh' | xargs shellcheck -x -P SCRIPTDIR; }

npm_script() { sh packaging/run_npm.sh web "$1"; }

# Reads each file for itself, which is quick. It does not know Catch2's macros; and what is moved from and
# then used, or copied without need, clang-tidy tells without false alarms.
cppcheck_sources() {
    [ $# -gt 0 ] || return 0
    printf '%s\n' "$@" | xargs cppcheck -q -j "$jobs" --std=c++20 --language=c++ -I lib -I . --error-exitcode=1 \
        --enable=warning,portability --inline-suppr --suppress=accessMoved --suppress=virtualCallInConstructor
}

# Preset "no-ui" precompiles no headers: a file that forgot an include shows there. Only its commands are
# needed.
configure() { cmake --preset no-ui; }

# The compiler's own list of warnings has names that clang does not know.
tidy="clang-tidy -p build/no-ui --config-file=.clang-tidy --quiet --extra-arg=-Wno-unknown-warning-option"
tidy_sources() {
    [ $# -gt 0 ] || return 0
    configure >/dev/null
    # shellcheck disable=SC2086 # a list of words
    printf '%s\n' "$@" | xargs -n 4 -P "$jobs" $tidy --warnings-as-errors='*'
}

# Sources that nobody touched, but a header of theirs has lost an include: do they still find all they need?
# They are only parsed, by the mildest of checks.
parse_sources() {
    [ $# -gt 0 ] || return 0
    configure >/dev/null
    # shellcheck disable=SC2086
    printf '%s\n' "$@" | xargs -n 8 -P "$jobs" $tidy --checks='-*,misc-static-assert' --extra-arg=-Wno-everything
}

# --- all of them ---

base=$(cat packaging/tidy_base)
has_base() { git cat-file -e "$base^{commit}" 2>/dev/null; }

differing() { python3 packaging/differing.py "$base" "$1"; }

# shellcheck disable=SC2046,SC2086 # lists of words: no file of ours has a space in its name
check_everything() {
    run layout layout $(cpp_files)
    run scripts scripts
    run page_layout npm_script format:check
    run page_rules npm_script lint
    run page_types npm_script check
    run cppcheck cppcheck_sources $(files 'app/*.cpp' 'lib/*.cpp')
    if has_base; then
        judged=$(differing judge) # by themselves, so that a fault of that script ends this one
        parsed=$(differing parse)
        run clang_tidy tidy_sources $judged
        run lost_includes parse_sources $parsed
    else
        echo "This clone lacks commit $base of packaging/tidy_base: clang-tidy sees everything, for an hour."
        run clang_tidy tidy_sources $(sources_of $(cpp_files))
    fi
}

# shellcheck disable=SC2046
case ${1:-} in
--format)
    is_reference_formatter || echo "layout is judged by clang-format 14; this one may lay out a few lines otherwise"
    cpp_files | xargs clang-format -i
    exec sh packaging/run_npm.sh web format
    ;;
'') check_everything ;;
--whole) run clang_tidy_whole tidy_sources $(sources_of $(cpp_files)) ;;
*)
    run layout layout "$@"
    run cppcheck cppcheck_sources $(sources_of "$@" | grep -v '^tests/')
    run clang_tidy tidy_sources $(sources_of "$@")
    ;;
esac
close
