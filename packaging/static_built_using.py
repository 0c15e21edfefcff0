#!/usr/bin/env python3
"""Which Debian sources a static program was made of: packaging/static_built_using.py BUILD_FOLDER

Prints a substitution variable for dpkg-gencontrol. It asks what counts: which headers each object was
compiled with and which archives were linked, as ninja knows them, and which packages these files belong to.
"""

import re
import subprocess
import sys


def out_of(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def files_used(build):
    # Another processor's libraries lie in a folder of their own, in the versions of this machine's.
    deps = without_sysroot(out_of("ninja", "-C", build, "-t", "deps"))
    link = without_sysroot(out_of("ninja", "-C", build, "-t", "commands", "-s", "lectern"))
    return sorted({*re.findall(r"(?m)^\s+(/usr/\S+)$", deps), *re.findall(r"(?<!\S)/usr/\S+?[.]a\b", link)})


def without_sysroot(text):
    return re.sub(r"/\S*?/sysroot-[\w-]+(?=/usr/)", "", text)


def packages_of(files):
    packages = set()
    for start in range(0, len(files), 500):
        said = subprocess.run(["dpkg-query", "--search", *files[start:start + 500]], capture_output=True,
                              text=True, check=False).stdout
        for line in said.splitlines():
            packages.update(name.strip() for name in line.split(": ")[0].split(","))
    return sorted(packages)


def main():
    packages = packages_of(files_used(sys.argv[1]))
    if not packages:
        sys.exit(f"{sys.argv[1]} uses no file of any Debian package, which cannot be")
    form = "${source:Package} (= ${source:Version})\\n"
    sources = out_of("dpkg-query", "--show", "--showformat", form, *packages)
    print("lectern:Static-Built-Using=" + ", ".join(sorted(set(sources.splitlines()))))


if __name__ == "__main__":
    main()
