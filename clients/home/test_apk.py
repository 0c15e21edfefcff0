"""Builds Lectern Home as an APK, and judges it as far as that goes without a headset: whatever its bytecode
refers to is in Android's stubs of API level 23 (javac does not check that: it compiles against the JDK),
whatever its manifest names is in its bytecode, and the Android side decides nothing.

Run by ctest as "clients.apk"; skipped where a tool or a download is missing, and then it says which.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree
import zipfile

from bytecode import Dex, Jar, faults
from classroom import HERE, JAVA, SKIPPED

LATER = [line for line in (HERE / 'android/later.txt').read_text().splitlines() if line
         and not line.startswith('#')]
BAD = """class Bad {
    static Runnable x(java.util.List<String> list) {
        list.sort(null);
        list.add(java.nio.charset.StandardCharsets.UTF_8.name());
        return () -> list.clear();
    }
}"""
ANDROID = '{http://schemas.android.com/apk/res/android}'


def fetched():
    """The downloads by name."""
    out = subprocess.run(['sh', str(HERE / '../../packaging/fetch_android.sh')], capture_output=True,
                         text=True, check=True)
    return dict(line.split('=', 1) for line in out.stdout.splitlines())


def dexed(folder, classes):
    path = folder + '/classes.dex'
    subprocess.run([*JAVA, '-cp', fetched()['dx_jar'], 'com.android.dx.command.Main', '--dex',
                    '--min-sdk-version=26',
                    '--output=' + path, classes], check=True)
    return Dex(pathlib.Path(path).read_bytes())


class Source(unittest.TestCase):
    """The rules of the Android side."""

    def setUp(self):
        self.sources = {path.name: path.read_text() for path in (HERE / 'android').rglob('*.java')}

    def test_it_is_short(self):
        self.assertIn('AndroidPlatform.java', self.sources)
        self.assertLess(sum(len(text.splitlines()) for text in self.sources.values()), 1500)

    def test_it_knows_no_lesson(self):
        # Of the library it has the clock, JSON and the word for "this device can't"; of Home its three faces.
        allowed = {'lectern.headset.CannotObey', 'lectern.headset.Json', 'lectern.headset.JsonError',
                   'lectern.headset.OwnClock',
                   'lectern.home.Home',
                   'lectern.home.Platform', 'lectern.home.Screen'}
        for name, text in self.sources.items():
            imported = set(re.findall(r'^import (lectern\.[\w.]+);', text, flags=re.M))
            self.assertLessEqual(imported, allowed, name)
            self.assertNotRegex(text, r'lectern\.headset\.\w+\.', name)
            self.assertNotRegex(text, r'"(running|paused|stopped|play|pause|resume|seek|stop)"', name)

    def test_what_is_reached_by_name_is_listed_with_its_level(self):
        listed = {name: int(level) for name, level in map(str.split, LATER)}
        text = self.sources['Later.java']
        used = set(re.findall(r'Class\.forName\("([\w.$]+)"\)', text))
        full = {one.rsplit('.', 1)[1]: one for one in re.findall(r'^import ([\w.]+);', text, flags=re.M)}
        for kind, method in re.findall(r'(\w+)\.class\.getMethod\(\s*"(\w+)"', text):
            used.add(f'{full[kind]}.{method}')
        if 'Notification.Builder.class.getConstructor' in text:
            used.add('android.app.Notification$Builder.<init>')
        self.assertEqual({name for name in listed if not name.startswith('L')}, used)
        self.assertLessEqual(max(listed.values()), 26)
        for name, other in self.sources.items():
            if name not in ('Later.java', 'DpvrManager.java'):
                self.assertNotRegex(other, r'forName|getMethod\(|java\.lang\.reflect',
                                    f'{name}: Later.java does that')


class TheTestItself(unittest.TestCase):
    def test_it_finds_what_android_lacks(self):
        with tempfile.TemporaryDirectory() as folder:
            source = pathlib.Path(folder, 'Bad.java')
            source.write_text(BAD)
            subprocess.run(['javac', '--release', '8', '-Xlint:-options', '-d', folder + '/classes',
                            str(source)], check=True)
            found = faults(dexed(folder, folder + '/classes'), Jar(fetched()['android_jar']))
        self.assertIn('Ljava/util/List;->sort(Ljava/util/Comparator;)V', found)
        self.assertIn('1 lambdas: Android has no LambdaMetafactory', found)
        self.assertFalse([one for one in found if 'StandardCharsets' in one or 'clear' in one], found)


class Skipped(unittest.TestCase):
    def test_where_a_download_is_gone_it_says_which_file_to_put_where(self):
        with tempfile.TemporaryDirectory() as folder:
            tool = pathlib.Path(folder, 'apt-get')  # which knows no archive
            tool.write_text('#!/bin/sh\n')
            tool.chmod(0o755)
            ran = subprocess.run(
                ['sh', str(HERE / 'build_apk.sh'), folder + '/home.apk'], stderr=subprocess.PIPE, text=True,
                env={**os.environ, 'PATH': f'{folder}:{os.environ["PATH"]}', 'LECTERN_DEPS_DIR': folder})
        self.assertEqual(ran.returncode, SKIPPED)
        self.assertIn('libandroid-23-java_6.0.1+r72-6_all.deb from Debian', ran.stderr)
        self.assertIn('8af1b6df556971dda0a6da3536ea526a838e0c363afcdd454213d8bce94793e3, into ' + folder,
                      ran.stderr)


class Apk(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with zipfile.ZipFile(APK) as files:
            cls.dex = Dex(files.read('classes.dex'))
        cls.jar = Jar(fetched()['android_jar'])

    def test_whatever_it_refers_to_is_there(self):
        self.assertGreater(len(self.dex.methods), 500)
        later = [line.split()[0] for line in LATER if line.startswith('L')]
        self.assertEqual(faults(self.dex, self.jar), later)

    def test_whatever_the_manifest_names_is_there(self):
        manifest = xml.etree.ElementTree.parse(HERE / 'android/AndroidManifest.xml').getroot()
        kinds = {'activity': 'android/app/Activity', 'service': 'android/app/Service',
                 'receiver': 'android/content/BroadcastReceiver',
                     'provider': 'android/content/ContentProvider'}
        components = [(one.tag, one.get(ANDROID + 'name')) for one in manifest.find('application')
                      if one.tag in kinds]
        self.assertGreaterEqual(len(components), 5)
        for tag, name in components:
            kind = 'L' + name.replace('.', '/') + ';'
            self.assertIn(kind, self.dex.classes)
            parents = []
            while kind:
                parents.append(kind)
                found = self.dex.classes.get(kind) or self.jar.find(kind)
                kind = found['parents'][0] if found['parents'] else None
            self.assertIn(f'L{kinds[tag]};', parents, name)

    def test_it_is_aligned_and_says_what_it_needs(self):
        subprocess.run(['zipalign', '-c', '-p', '4', APK], check=True, stdout=subprocess.DEVNULL)
        badging = subprocess.run(['aapt', 'dump', 'badging', APK], capture_output=True, text=True,
                                 check=True).stdout
        for line in ("package: name='org.lectern.home'", "sdkVersion:'26'", "targetSdkVersion:'28'",
                     "launchable-activity: name='lectern.android.PanelActivity'"):
            self.assertIn(line, badging)

    def test_a_change_of_one_byte_breaks_the_signature(self):
        data = bytearray(pathlib.Path(APK).read_bytes())
        data[len(data) // 3] ^= 1
        with tempfile.TemporaryDirectory() as folder:
            broken = pathlib.Path(folder, 'broken.apk')
            broken.write_bytes(data)
            ran = subprocess.run(['apksigner', 'verify', '--min-sdk-version', '26', str(broken)],
                                 capture_output=True)
        self.assertNotEqual(ran.returncode, 0)


if __name__ == '__main__':
    with tempfile.TemporaryDirectory() as built:
        APK = built + '/home.apk'
        tried = subprocess.run(['sh', str(HERE / 'build_apk.sh'), APK], stderr=subprocess.PIPE, text=True)
        if tried.returncode == SKIPPED:
            print(tried.stderr)
            sys.exit(SKIPPED)
        if tried.returncode:
            sys.exit(tried.stderr)
        unittest.main()
