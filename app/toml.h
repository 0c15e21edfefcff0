// toml++, as every file here includes it: its functions are inline, and the linker keeps one of each.
#pragma once

// It reports a table whose name begins as none may, with its place; but before that it asserts that there is none,
// which would end the program.
#define TOML_ASSERT(expression) static_cast<void>(0)
#include <toml++/toml.h> // IWYU pragma: export
