"""Builds the UPM package: python3 build_package.py FOLDER. The same sources give the same bytes.

Unity ignores a file of an installed package that has no .meta beside it, and knows things by the id in there; so each
file and folder gets one, whose id is drawn from its path and never changes.
"""
import gzip
import hashlib
import io
import json
import pathlib
import sys
import tarfile

HERE = pathlib.Path(__file__).resolve().parent


def meta(path, is_folder):
    guid = hashlib.md5(f'org.lectern.headset/{path}'.encode()).hexdigest()
    text = f'fileFormatVersion: 2\nguid: {guid}\n'
    if is_folder:
        text += 'folderAsset: yes\n'
    importer = {'.cs': 'MonoImporter', '.asmdef': 'AssemblyDefinitionImporter', '.json': 'PackageManifestImporter'}
    kind = 'DefaultImporter' if is_folder else importer.get(pathlib.Path(path).suffix, 'TextScriptImporter')
    return f'{text}{kind}:\n  externalObjects: {{}}\n  userData: \n  assetBundleName: \n  assetBundleVariant: \n'.encode()


def files():
    """What is in the package, by path. What is under a folder with ~ is no asset until an app takes the sample."""
    found = {'LICENSE.md': (HERE.parents[1] / 'LICENSE').read_bytes()}
    for name in ('package.json', 'README.md', 'CHANGELOG.md'):
        found[name] = (HERE / name).read_bytes()
    for folder in ('Runtime', 'Samples~'):
        for path in sorted((HERE / folder).rglob('*')):
            if path.is_file():
                found[path.relative_to(HERE).as_posix()] = path.read_bytes()
    folders = {parent.as_posix() for name in found for parent in pathlib.PurePosixPath(name).parents} - {'.'}
    for path in [*found, *sorted(folders)]:
        if path != 'Samples~':
            found[path + '.meta'] = meta(path, path in folders)
    return found


def build(folder):
    manifest = json.loads((HERE / 'package.json').read_text('utf-8'))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f'{manifest["name"]}-{manifest["version"]}.tgz'
    with open(path, 'wb') as out, gzip.GzipFile('', 'wb', fileobj=out, mtime=0) as packed:
        with tarfile.open(fileobj=packed, mode='w', format=tarfile.PAX_FORMAT) as archive:
            for name, content in sorted(files().items()):
                entry = tarfile.TarInfo('package/' + name)
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
    return path


if __name__ == '__main__':
    print(build(pathlib.Path(sys.argv[1])))
