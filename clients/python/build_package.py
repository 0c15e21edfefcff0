"""Builds the wheel and the source distribution with nothing but the standard library, so without a network.

    python3 build_package.py FOLDER

It is also what pyproject.toml names for `pip install .` and other builders (PEP 517). The same sources give the same
bytes. Building needs Python 3.11, using the package 3.8.
"""
import base64
import gzip
import hashlib
import io
import pathlib
import sys
import tarfile
import tomllib
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = tomllib.loads((HERE / 'pyproject.toml').read_text('utf-8'))['project']
NAME = PROJECT['name'].replace('-', '_')
STEM = f'{NAME}-{PROJECT["version"]}'
BEGINNING = (1980, 1, 1, 0, 0, 0)  # of what a zip can say


def licence():
    """In the source tree it is that of the whole project."""
    own = HERE / 'LICENSE'
    return (own if own.exists() else HERE.parents[1] / 'LICENSE').read_bytes()


def metadata():
    return (f'Metadata-Version: 2.4\nName: {PROJECT["name"]}\nVersion: {PROJECT["version"]}\n'
            f'Summary: {PROJECT["description"]}\nRequires-Python: {PROJECT["requires-python"]}\n'
            f'License-Expression: {PROJECT["license"]}\nLicense-File: LICENSE\n'
            'Description-Content-Type: text/markdown\n\n').encode() + (HERE / 'README.md').read_bytes()


def modules():
    return {f'{NAME}/{path.name}': path.read_bytes() for path in sorted((HERE / NAME).glob('*.py'))}


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    info = f'{STEM}.dist-info'
    files = {**modules(), f'{info}/METADATA': metadata(), f'{info}/licenses/LICENSE': licence(),
             f'{info}/WHEEL': b'Wheel-Version: 1.0\nGenerator: build_package\nRoot-Is-Purelib: true\nTag: py3-none-any\n'}
    record = ''.join(f'{name},sha256={_sum(content)},{len(content)}\n' for name, content in files.items())
    files[f'{info}/RECORD'] = f'{record}{info}/RECORD,,\n'.encode()
    path = pathlib.Path(wheel_directory, f'{STEM}-py3-none-any.whl')
    with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED) as wheel:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, BEGINNING)
            entry.external_attr = 0o100644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            wheel.writestr(entry, content)
    return path.name


def build_sdist(sdist_directory, config_settings=None):
    files = {**modules(), 'PKG-INFO': metadata(), 'LICENSE': licence()}
    for name in ('pyproject.toml', 'build_package.py', 'README.md', 'CHANGELOG.md'):
        files[name] = (HERE / name).read_bytes()
    path = pathlib.Path(sdist_directory, f'{STEM}.tar.gz')
    with open(path, 'wb') as out, gzip.GzipFile('', 'wb', fileobj=out, mtime=0) as packed:
        with tarfile.open(fileobj=packed, mode='w', format=tarfile.PAX_FORMAT) as archive:
            for name, content in files.items():
                entry = tarfile.TarInfo(f'{STEM}/{name}')
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
    return path.name


def _sum(content):
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b'=').decode()


if __name__ == '__main__':
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for build in (build_wheel, build_sdist):
        print(folder / build(folder))
