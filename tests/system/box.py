"""A Debian that boots: made once by mmdebstrap, started by systemd-nspawn, entered by nsenter."""

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

# Beside systemd: what the tests themselves use in there.
PACKAGES = "systemd-sysv,curl,apparmor,man-db"


def archive():
    """The archive that this machine's apt uses, so that no host is named here."""
    found = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", "Origin: Debian",
         "Label: Debian", "Component: main"], capture_output=True, text=True, check=True).stdout.split()
    if not found:
        raise RuntimeError("apt knows no Debian archive yet: run 'apt-get update'")
    return found[0]


class Memory:
    """A folder in memory: unpacking a Debian writes and flushes thousands of files, which a busy disk takes
    minutes for."""

    def __enter__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="lectern-system-"))
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3g,mode=755", "tmpfs", str(self.folder)], check=True)
        return self.folder

    def __exit__(self, *_):
        subprocess.run(["umount", "--lazy", str(self.folder)], check=False)
        self.folder.rmdir()


def made(suite, folder, memory):
    """A tarball of the suite, from an earlier run or made now."""
    tarball = folder / f"{suite}.tar"
    if not tarball.exists():
        part = folder / f"{suite}.part.tar"
        subprocess.run(
            ["mmdebstrap", "--quiet", "--variant=minbase", f"--include={PACKAGES}",
             "--dpkgopt=path-exclude=/usr/share/locale/*", "--aptopt=APT::Sandbox::User \"root\"",
             suite, str(part), archive()], check=True, env={**os.environ, "TMPDIR": str(memory)})
        part.rename(tarball)
    return tarball


class Box:
    """Boots on entry, is powered off and deleted at the end."""

    def __init__(self, suite, folder, memory):
        self.suite = suite
        self.root = memory / suite
        self.console = folder / f"{suite}-console.log"
        self.tarball = made(suite, folder, memory)

    def __enter__(self):
        self.root.mkdir()
        subprocess.run(["tar", "-xf", str(self.tarball), "-C", str(self.root)], check=True)
        with open(self.console, "wb") as console:
            # Where no systemd runs there is nobody to register with, and no unit to put it into.
            self.process = subprocess.Popen(
                ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--boot", "--private-network",
                 "--console=pipe", f"--directory={self.root}", *self.kernel_words()],
                stdin=subprocess.DEVNULL, stdout=console, stderr=console)
        try:
            self.wait("it boots", lambda: self.state() in ("running", "degraded"), 120)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.root, ignore_errors=True)

    @staticmethod
    def kernel_words():
        """systemd 257 refuses the older layout of control groups unless it is told so."""
        if Path("/sys/fs/cgroup/cgroup.controllers").exists():
            return []
        return ["systemd.unified_cgroup_hierarchy=0", "SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1"]

    def first_process(self):
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return children[0] if children else None

    def run(self, *command, stdin=""):
        """Runs a command in the box; returns its exit code and all that it printed."""
        first = self.first_process()
        if first is None:
            raise RuntimeError(f"{self.suite} is not running; see {self.console}")
        done = subprocess.run(["nsenter", "--all", f"--target={first}", *command], input=stdin,
                              capture_output=True, text=True, check=False,
                              env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C.UTF-8"})
        return done.returncode, done.stdout + done.stderr

    def start(self, *command):
        """Starts a command in the box that goes on by itself; let it end by itself as well."""
        subprocess.Popen(["nsenter", "--all", f"--target={self.first_process()}", *command],
                         stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def out_of(self, *command, stdin=""):
        code, said = self.run(*command, stdin=stdin)
        if code != 0:
            raise AssertionError(f"{' '.join(command)} ended with {code}:\n{said}")
        return said.strip()

    def state(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"{self.suite} ended while booting:\n{self.console.read_text(errors='replace')}")
        return self.run("systemctl", "is-system-running")[1].strip() if self.first_process() else ""

    def wait(self, what, condition, seconds=60):
        deadline = time.monotonic() + seconds * float(os.environ.get("LECTERN_PATIENCE", "1"))
        while not condition():
            if time.monotonic() > deadline:
                raise AssertionError(f"waited {seconds} s in vain: {what}")
            time.sleep(0.2)

    # --- what the story asks about ---

    def put(self, path, text):
        target = self.root / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)

    def journal(self):
        return self.run("journalctl", "--unit=lectern", "--unit=lectern.socket", "--no-pager", "--output=cat")[1]

    def property(self, name, unit="lectern.service"):
        return self.out_of("systemctl", "show", "--value", f"--property={name}", unit)

    def ask(self, path, body=None, base="http://127.0.0.1", more=()):
        """Status and body of an answer; status 0 where nobody answers."""
        command = ["curl", "--silent", "--insecure", "--max-time", "20", "--write-out", "\n%{http_code}", *more]
        if body is not None:
            command += ["--header", "Content-Type: application/json", "--data", body]
        said = self.run(*command, base + path)[1]
        text, _, status = said.rpartition("\n")
        return int(status), text
