#!/usr/bin/env python3
"""Puts source files into batches that are compiled as one: packaging/batches.py FOLDER SIZE FILE...

Sanitizer builds spend most of their time on the same headers and templates again and again. Files of one batch share
them. Two files that give a name to something of their own (in an unnamed namespace, static, or a macro) cannot stand in
one batch when they chose the same name; so names are collected first, and whoever writes a file need not care.

Writes FOLDER/batch_N.cpp, touching only what has changed, and prints the paths of the batches.
"""
import os
import pathlib
import re
import sys

# Comments, character and string literals, in the order in which they hide each other.
NO_CODE = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"([^(\s]*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'', re.S)
MACRO = re.compile(r'^\s*#\s*define\s+(\w+)', re.M)
DIRECTIVE = re.compile(r'^\s*#(?:[^\n]*\\\n)*[^\n]*$', re.M)
# What a declaration calls its own: a type, or the name before a parameter list, a value, an array or the end;
# and what comes after a comma in "int a = 1, b = 2".
TYPE = re.compile(r'\b(?:struct|class|enum|enum class|union|concept)\s+(\w+)')
NAME = re.compile(r'(\w+)\s*(?=\(|=(?!=)|\{|\[|;|,|$)')
NEXT = re.compile(r',\s*(\w+)\s*(?==|,|$)')
# "using a::B", "using B = a::C", "namespace b = a::b": saying it twice does no harm.
ALIAS = re.compile(r'\s*(?:using|namespace)\s+(?:(\w+)\s*=\s*([^=]+)|(?:[\w:]+::)(\w+))\s*$')


def names_in(head):
    """The names of one declaration, each with what it stands for if that may be said again."""
    alias = ALIAS.match(head)
    if alias:
        return {alias.group(1) or alias.group(3): ' '.join((alias.group(2) or head).split())}
    for _ in range(4):  # template arguments, from the innermost
        head = re.sub(r'<[^<>]*>', '', head)
    names = TYPE.findall(head) + NAME.findall(head)[:1]
    if '(' not in head:
        names += NEXT.findall(head)
    return dict.fromkeys(names)


def own_names(text):
    """The names that a file keeps to itself, each with the namespace it is in."""
    names = {('', macro): None for macro in MACRO.findall(text)}
    code = DIRECTIVE.sub('', NO_CODE.sub('""', text))
    scopes = []  # one for each open brace: a namespace's name, '' for an unnamed one, None for anything else
    head = ''
    for part in re.split(r'([{};])', code):
        if part not in ('{', '}', ';'):
            head = part
            continue
        at_namespace_level = None not in scopes
        if at_namespace_level and ('' in scopes or re.search(r'\bstatic\b', head)):
            where = '::'.join(scope for scope in scopes if scope)
            names |= {(where, name): meaning for name, meaning in names_in(head).items()}
        if part == '{':
            opened = re.search(r'(?:^|\s)namespace(?:\s+([\w:]+))?\s*$', head)
            scopes.append((opened.group(1) or '') if opened and at_namespace_level else None)
        elif part == '}' and scopes:
            scopes.pop()
        head = ''
    return names


def clash(names, others):
    return any(name in others and (meaning is None or meaning != others[name]) for name, meaning in names.items())


def batches_of(files, size):
    """First fit: a file goes into the first batch that has room and none of its names."""
    batches = []
    for file in files:
        names = own_names(pathlib.Path(file).read_text(encoding='utf-8'))
        for batch in batches:
            if len(batch['files']) < size and not clash(names, batch['names']):
                break
        else:
            batch = {'files': [], 'names': {}}
            batches.append(batch)
        batch['files'].append(file)
        batch['names'] |= names
    return [batch['files'] for batch in batches]


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for number, files in enumerate(batches_of(sys.argv[3:], int(sys.argv[2]))):
        path = folder / f'batch_{number}.cpp'
        text = ''.join(f'#include "{os.path.relpath(file, folder)}"\n' for file in files)
        if not path.exists() or path.read_text(encoding='utf-8') != text:
            path.write_text(text, encoding='utf-8')
        print(path)


if __name__ == '__main__':
    main()
