#!/usr/bin/env python3
"""Puts source files into batches that are compiled as one: packaging/batches.py FOLDER SIZE FILE...

Sanitizer builds spend most of their time on the same headers and templates again and again. Files of one batch
share them. Two files cannot stand in one batch when both gave the same name to something of their own (in an
unnamed namespace, static, or a macro), or when such a name hides from one file what another one means by it. So
names are collected first, and whoever writes a file need not care.

Writes FOLDER/batch_N.cpp, touching only what has changed, and prints the paths of what is to be compiled. Names
can still clash in ways that are not seen here: the files of a batch that FOLDER/../alone names are left single.
"""
import os
import pathlib
import re
import sys

# Comments, character and string literals, in the order in which they hide each other.
NO_CODE = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"([^(\s]*)\(.*?\)\1"|'
    r'"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'', re.S)
MACRO = re.compile(r'^\s*#\s*define\s+(\w+)', re.M)
DIRECTIVE = re.compile(r'^\s*#(?:[^\n]*\\\n)*[^\n]*$', re.M)
# What a declaration calls its own: a type, or the name before a parameter list, a value, an array or the end;
# and what comes after a comma in "int a = 1, b = 2".
TYPE = re.compile(r'\b(?:struct|class|enum|enum class|union|concept)\s+(\w+)')
NAME = re.compile(r'(\w+)\s*(?=\(|=(?!=)|\{|\[|;|,|$)')
NEXT = re.compile(r',\s*(\w+)\s*(?==|,|$)')
# "using namespace a" opens a namespace to the whole batch; literals do no harm.
OPENED = re.compile(r'\busing namespace ([\w:]+)(?<!literals);')
SPACE = re.compile(r'\bnamespace ([\w:]+) \{')
# A call of a function, or a type, that is not looked for in a certain place.
USED = re.compile(r'(?<![\w.:>~])(?:\w+(?=\()|[A-Z]\w*)')
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


def code_of(text):
    return DIRECTIVE.sub('', NO_CODE.sub('""', text))


def own_names(text):
    """The names that a file keeps to itself, each with the namespace it is in."""
    names = {('', macro): None for macro in MACRO.findall(text)}
    code = code_of(text)
    names[('', 'using namespace')] = ' '.join(sorted(set(OPENED.findall(code))))
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


def used_names(text, own):
    """The names that a file uses without saying where they are from, with each namespace in which it may look."""
    code = code_of(text)
    spaces = {''}
    for space in SPACE.findall(code):
        parts = space.split('::')
        spaces |= {'::'.join(parts[:n]) for n in range(1, len(parts) + 1)}
    return {(space, name) for name in set(USED.findall(code)) - own for space in spaces}


class Batch:
    def __init__(self):
        self.files, self.names, self.used = [], {}, set()

    def takes(self, names, used):
        """Not two things of one name, and nothing that would hide from one file what another one means."""
        said_twice = names.keys() & self.names.keys()
        return (all(names[name] is not None and names[name] == self.names[name] for name in said_twice)
                and not hidden(names, self.used) and not hidden(self.names, used))

    def add(self, file, names, used):
        self.files.append(file)
        self.names |= names
        self.used |= used


def hidden(names, used):
    """Whether a name stands between its own namespace and one further out that somebody there means."""
    return any((where, name) in used for where, name in names)


def batches_of(files, size):
    """First fit: a file goes into the first batch that has room and takes it."""
    batches = []
    for file in files:
        text = pathlib.Path(file).read_text(encoding='utf-8')
        names = own_names(text)
        used = used_names(text, {name for _, name in names})
        for batch in batches:
            if len(batch.files) < size and batch.takes(names, used):
                break
        else:
            batch = Batch()
            batches.append(batch)
        batch.add(file, names, used)
    return [batch.files for batch in batches]


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    alone_list = folder.parent / 'alone'
    alone = set(alone_list.read_text(encoding='utf-8').split()) if alone_list.exists() else set()
    for number, files in enumerate(batches_of(sys.argv[3:], int(sys.argv[2]))):
        path = folder / f'batch_{number}.cpp'
        if path.relative_to(folder.parent).as_posix() in alone:
            print('\n'.join(files))
            continue
        text = ''.join(f'#include "{os.path.relpath(file, folder)}"\n' for file in files)
        if not path.exists() or path.read_text(encoding='utf-8') != text:
            path.write_text(text, encoding='utf-8')
        print(path)


if __name__ == '__main__':
    main()
