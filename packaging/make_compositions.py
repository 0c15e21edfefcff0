#!/usr/bin/env python3
"""Writes lib/platform/compositions.cpp from Python's own Unicode data: make_compositions.py > FILE."""
import unicodedata

pairs = []
for code in range(0x10000):
    parts = unicodedata.decomposition(chr(code)).split()
    if len(parts) != 2 or parts[0].startswith('<'):
        continue
    first, second = (int(part, 16) for part in parts)
    if unicodedata.normalize('NFC', chr(first) + chr(second)) == chr(code):
        pairs.append((first, second, code))
print('// Which letter a letter and its mark make together, Unicode %s: by the letter, then the mark.'
      % unicodedata.unidata_version)
print('// Made by packaging/make_compositions.py.')
print('#include "platform/plain_name.h"\n\nnamespace platform {\n')
print('// clang-format off')
print('const std::array<Composition, %d> compositions{{' % len(pairs))
line = '   '
for pair in sorted(pairs):
    item = ' {%s},' % ', '.join('0x%x' % number for number in pair)
    if len(line + item) > 108:
        print(line)
        line = '   '
    line += item
print(line + '\n}};\n// clang-format on\n\n} // namespace platform')
