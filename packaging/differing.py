#!/usr/bin/env python3
"""Prints C++ sources that a change since commit BASE may have spoiled: packaging/differing.py BASE judge|parse

judge  sources that differ, and for each header that differs a source that includes it
parse  the other sources that get a header which has lost an include since
"""
import collections
import pathlib
import re
import subprocess
import sys

INCLUDE = re.compile(r'^#include "([^"]+)"', re.M)
FOLDERS = ['app', 'lib', 'tests']


def git(*arguments):
    return subprocess.run(['git', *arguments], check=True, capture_output=True, text=True).stdout


def includers():
    """For each header the files that name it."""
    named_by = collections.defaultdict(set)
    for folder in FOLDERS:
        for path in pathlib.Path(folder).rglob('*.*'):
            if path.suffix not in ('.cpp', '.h'):
                continue
            for include in INCLUDE.findall(path.read_text(encoding='utf-8')):
                for root in ('lib', 'tests', '.'):
                    named_by[(pathlib.Path(root) / include).as_posix()].add(path.as_posix())
    return named_by


def sources_getting(header, named_by):
    """The sources that include a header, however far away."""
    found, waiting = set(), [header]
    while waiting:
        for file in named_by[waiting.pop()]:
            if file not in found:
                found.add(file)
                waiting.append(file)
    return {file for file in found if file.endswith('.cpp')}


def differing(base):
    """Files that differ, with whether they have lost an include. What was only moved does not differ."""
    lost = {}
    for line in git('diff', '--name-status', '-M', base, '--', *FOLDERS).splitlines():
        status, *paths = line.split('\t')
        if status not in ('D', 'R100') and paths[-1].endswith(('.cpp', '.h')):
            changes = git('diff', '-M', '-U0', base, '--', *paths)
            lost[paths[-1]] = re.search(r'^-#include', changes, re.M) is not None
    for path in git('ls-files', '--others', '--exclude-standard', '--', *FOLDERS).splitlines():
        if path.endswith(('.cpp', '.h')):
            lost[path] = False
    return lost


def main():
    base, what = sys.argv[1:]
    lost = differing(base)
    named_by = includers()
    judge = {file for file in lost if file.endswith('.cpp')}
    for header in sorted(file for file in lost if file.endswith('.h')):
        getting = sources_getting(header, named_by)
        own = header[:-2] + '.cpp'
        if getting and not getting & judge:
            judge.add(own if own in getting else min(getting))
    parse = set()
    for header in (file for file, has_lost in lost.items() if has_lost and file.endswith('.h')):
        parse |= sources_getting(header, named_by)
    for file in sorted(judge if what == 'judge' else parse - judge):
        print(file)


if __name__ == '__main__':
    main()
