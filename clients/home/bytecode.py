"""Reads Android's bytecode (classes.dex) and Java's (the stubs of an android.jar), as far as it takes to find
out whether whatever the one refers to is in the other.
"""
import struct
import zipfile


class Dex:
    """What a classes.dex defines and refers to. Types are written as in it: Ljava/lang/String;"""

    def __init__(self, data):
        assert data[:4] == b'dex\n', 'this is no dex file'
        self.data = data
        sections = struct.unpack_from('<20I', data, 32)
        (_, _, _, _, _, _, string_count, strings, type_count, types, proto_count, protos, field_count, fields,
         method_count, methods, class_count, classes) = sections[:18]
        self.strings = [self._string(struct.unpack_from('<I', data, strings + 4 * i)[0])
                        for i in range(string_count)]
        self.types = [self.strings[struct.unpack_from('<I', data, types + 4 * i)[0]]
                      for i in range(type_count)]
        self.protos = [self._proto(protos + 12 * i) for i in range(proto_count)]
        self.fields, self.methods = [], []  # (class, name, type or descriptor)
        for i in range(field_count):
            owner, kind, name = struct.unpack_from('<HHI', data, fields + 8 * i)
            self.fields.append((self.types[owner], self.strings[name], self.types[kind]))
        for i in range(method_count):
            owner, proto, name = struct.unpack_from('<HHI', data, methods + 8 * i)
            self.methods.append((self.types[owner], self.strings[name], self.protos[proto]))
        self.classes = {}
        for i in range(class_count):
            self._class(classes + 32 * i)
        self.call_sites = self._count_in_map(7)  # of invoke-custom, which lambdas become

    def _uleb(self, at):
        value = shift = 0
        while True:
            byte = self.data[at]
            value |= (byte & 127) << shift
            at, shift = at + 1, shift + 7
            if byte < 128:
                return value, at

    def _string(self, at):
        _, at = self._uleb(at)
        return self.data[at:self.data.index(0, at)].decode('utf-8', 'surrogatepass')

    def _types(self, at):
        if not at:
            return []
        count = struct.unpack_from('<I', self.data, at)[0]
        return [self.types[struct.unpack_from('<H', self.data, at + 4 + 2 * i)[0]] for i in range(count)]

    def _proto(self, at):
        _, answer, parameters = struct.unpack_from('<III', self.data, at)
        return f'({"".join(self._types(parameters))}){self.types[answer]}'

    def _class(self, at):
        kind, _, parent, interfaces, _, _, members, _ = struct.unpack_from('<8I', self.data, at)
        found = {'parents': self._types(interfaces), 'fields': set(), 'methods': set()}
        if parent != 0xffffffff:
            found['parents'].insert(0, self.types[parent])
        if members:
            counts = []
            at = members
            for _ in range(4):
                count, at = self._uleb(at)
                counts.append(count)
            for table, of, count, extra in (('fields', self.fields, counts[0], 1), ('fields', self.fields,
                counts[1], 1),
                                            ('methods', self.methods, counts[2], 2),
                                                ('methods', self.methods, counts[3], 2)):
                index = 0
                for _ in range(count):
                    step, at = self._uleb(at)
                    index += step
                    for _ in range(extra):
                        _, at = self._uleb(at)
                    found[table].add(of[index][1:])
        self.classes[self.types[kind]] = found

    def _count_in_map(self, wanted):
        at = struct.unpack_from('<I', self.data, 52)[0]
        for i in range(struct.unpack_from('<I', self.data, at)[0]):
            kind, _, count, _ = struct.unpack_from('<HHII', self.data, at + 4 + 12 * i)
            if kind == wanted:
                return count
        return 0


class Jar:
    """The classes of a jar, read when they are asked for."""

    def __init__(self, path):
        self.zip = zipfile.ZipFile(path)
        self.names = set(self.zip.namelist())
        self.known = {}

    def find(self, kind):
        """{'parents', 'fields', 'methods'} of Lpackage/Name; or None."""
        if kind not in self.known:
            path = kind[1:-1] + '.class'
            self.known[kind] = self._read(self.zip.read(path)) if path in self.names else None
        return self.known[kind]

    @staticmethod
    def _read(data):
        count = struct.unpack_from('>H', data, 8)[0]
        pool, at, index = {}, 10, 1
        while index < count:
            tag = data[at]
            if tag == 1:
                size = struct.unpack_from('>H', data, at + 1)[0]
                pool[index] = data[at + 3:at + 3 + size].decode('utf-8', 'surrogatepass')
                at += 3 + size
            else:
                if tag == 7:
                    pool[index] = struct.unpack_from('>H', data, at + 1)[0]
                at += {3: 5, 4: 5, 5: 9, 6: 9, 7: 3, 8: 3, 9: 5, 10: 5, 11: 5, 12: 5, 15: 4, 16: 3,
                       18: 5}[tag]
            index += 2 if tag in (5, 6) else 1
        _, _, parent, interfaces = struct.unpack_from('>4H', data, at)
        parents = [parent] if parent else []
        parents += struct.unpack_from(f'>{interfaces}H', data, at + 8)
        at += 8 + 2 * interfaces
        found = {'parents': ['L' + pool[pool[one]] + ';' for one in parents], 'fields': set(),
                 'methods': set()}
        for table in ('fields', 'methods'):
            members = struct.unpack_from('>H', data, at)[0]
            at += 2
            for _ in range(members):
                _, name, kind, attributes = struct.unpack_from('>4H', data, at)
                at += 8
                for _ in range(attributes):
                    at += 6 + struct.unpack_from('>I', data, at + 2)[0]
                found[table].add((pool[name], pool[kind]))
        return found


def faults(dex, jar):
    """What the dex refers to and neither defines nor finds in the jar."""
    def find(kind):
        return dex.classes.get(kind) or jar.find(kind)

    def has(kind, table, member, seen=()):
        found = find(kind)
        if found is None or kind in seen:
            return False
        parents = found['parents'] or (['Ljava/lang/Object;'] if kind != 'Ljava/lang/Object;' else [])
        return member in found[table] or any(has(parent, table, member, (*seen, kind)) for parent in parents)

    missing = []
    for kind in dex.types:
        plain = kind.lstrip('[')
        # The marks that dx leaves beside the code; the system reads them and no class is loaded for it.
        if plain.startswith('Ldalvik/annotation/'):
            continue
        if plain.startswith('L') and find(plain) is None:
            missing.append(plain)
    for table, members in (('fields', dex.fields), ('methods', dex.methods)):
        for owner, *member in members:
            kind = 'Ljava/lang/Object;' if owner.startswith('[') else owner
            if find(kind) is not None and not has(kind, table, tuple(member)):
                missing.append(f'{kind}->{member[0]}{member[1] if table == "methods" else ":" + member[1]}')
    if dex.call_sites:
        missing.append(f'{dex.call_sites} lambdas: Android has no LambdaMetafactory')
    return missing
