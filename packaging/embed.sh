#!/bin/sh
# Writes the assembler file that carries the embedded files: packaging/embed.sh SOURCE_ROOT OUTPUT.S [WEB_FOLDER]
# Entries are sorted by name, which lib/platform/embedded.cpp relies on. The page's files are compressed here, once,
# without time stamps, so that equal sources give an equal program.
set -eu
LC_ALL=C
export LC_ALL

root=$1
output=$2
web=${3:-}
work=$output.d
rm -rf "$work"
mkdir -p "$work"
list=$work/list

: >"$list"
if [ -f "$root/schema.sql" ]; then printf '%s\t%s\n' schema.sql "$root/schema.sql" >>"$list"; fi
for file in "$root"/lib/store/migrations/*.sql; do
    if [ -f "$file" ]; then printf '%s\t%s\n' "migrations/${file##*/}" "$file" >>"$list"; fi
done
for file in "$root"/app/demo/*.json; do
    if [ -f "$file" ]; then printf '%s\t%s\n' "demo/${file##*/}" "$file" >>"$list"; fi
done
if [ -n "$web" ]; then
    (cd "$web" && find . -type f ! -name '*.map' | sort) | while IFS= read -r path; do
        path=${path#./}
        mkdir -p "$work/$(dirname "$path")"
        gzip -9 -n -c "$web/$path" >"$work/$path.gz"
        printf '%s\t%s\n' "web/$path.gz" "$work/$path.gz" >>"$list"
    done
fi
sort -o "$list" "$list"

# Sections and alignment are named so that the same file assembles for x86-64 and for arm64.
awk -F '\t' '
    BEGIN { print "    .section .rodata" }
    {
        printf "name%d:\n    .ascii \"%s\"\nname%d_end:\n", NR, $1, NR
        printf "    .balign 16\nbytes%d:\n    .incbin \"%s\"\nbytes%d_end:\n", NR, $2, NR
    }
    END {
        print "    .section .data.rel.ro, \"aw\", %progbits"
        print "    .balign 8\n    .global lectern_embedded_table\nlectern_embedded_table:"
        for (i = 1; i <= NR; i++) {
            printf "    .quad name%d, name%d_end - name%d, bytes%d, bytes%d_end - bytes%d\n", i, i, i, i, i, i
        }
        print "    .balign 8\n    .global lectern_embedded_count\nlectern_embedded_count:"
        printf "    .quad %d\n", NR
        print "    .section .note.GNU-stack, \"\", %progbits"
    }' "$list" >"$output.part"
mv "$output.part" "$output"
