"""The wheel and the source distribution: built without a network, complete, and the same from the same sources."""
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile
import unittest

import lectern_headset

HERE = pathlib.Path(__file__).resolve().parent


class Package(unittest.TestCase):
    def folder(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        return pathlib.Path(folder.name)

    def built(self, source=HERE):
        ran = subprocess.run([sys.executable, '-B', str(source / 'build_package.py'), str(self.folder())], check=True,
                             capture_output=True, text=True)
        return [pathlib.Path(line) for line in ran.stdout.split()]

    def test_the_same_sources_give_the_same_bytes(self):
        for one, other in zip(self.built(), self.built()):
            self.assertEqual(one.read_bytes(), other.read_bytes(), one.name)

    def test_the_wheel_runs_by_itself(self):
        wheel = self.built()[0]
        said = subprocess.run([sys.executable, '-I', '-c', 'import sys; sys.path.insert(0, sys.argv[1]);'
                               'import lectern_headset as one; print(one.__version__, one.__file__)', str(wheel)],
                              check=True, capture_output=True, text=True).stdout.split()
        self.assertEqual(said[0], lectern_headset.__version__)
        self.assertTrue(said[1].startswith(str(wheel)), said)

    def test_the_source_distribution_builds_the_same_wheel(self):
        wheel, source = self.built()
        folder = self.folder()
        with tarfile.open(source) as archive:
            archive.extractall(folder, filter='data')
        again = self.built(folder / source.name[:-len('.tar.gz')])[0]
        self.assertEqual(again.read_bytes(), wheel.read_bytes())

    def test_pip_installs_it_without_a_network(self):
        if subprocess.run([sys.executable, '-m', 'pip', '--version'], capture_output=True).returncode:
            self.skipTest('no pip')
        there = self.folder()
        subprocess.run([sys.executable, '-m', 'pip', 'install', '--quiet', '--no-index', '--no-deps', '--disable-pip-version-check',
                        '--root-user-action=ignore', '--target', str(there), str(self.built()[0])], check=True)
        self.assertTrue((there / 'lectern_headset' / 'headset.py').exists())
        self.assertTrue(list(there.glob('*.dist-info/licenses/LICENSE')))

    def test_the_version_is_one(self):
        version = re.search('^version = "(.*)"', (HERE / 'pyproject.toml').read_text(), re.M)[1]
        self.assertEqual(version, lectern_headset.__version__)
        self.assertIn(f'## {version}', (HERE / 'CHANGELOG.md').read_text())


if __name__ == '__main__':
    unittest.main()
