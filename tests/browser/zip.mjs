// Writes a zip with uncompressed files, which is all that a roster needs.
import { crc32 } from 'node:zlib';

const table = Array.from({ length: 256 }, (_, n) => {
    let c = n;
    for (let i = 0; i < 8; ++i) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    return c >>> 0;
});
const crc =
    crc32 ??
    ((bytes) => (bytes.reduce((sum, byte) => table[(sum ^ byte) & 255] ^ (sum >>> 8), -1) ^ -1) >>> 0);

export function zip(files) {
    const parts = [];
    const directory = [];
    let offset = 0;
    for (const [name, text] of Object.entries(files)) {
        const [path, data] = [Buffer.from(name), Buffer.from(text)];
        const fields = Buffer.alloc(26);
        fields.writeUInt16LE(20, 0);
        fields.writeUInt32LE(crc(data), 10);
        fields.writeUInt32LE(data.length, 14);
        fields.writeUInt32LE(data.length, 18);
        fields.writeUInt16LE(path.length, 22);
        const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, path, data]);
        const more = Buffer.alloc(14);
        more.writeUInt32LE(offset, 10);
        directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), fields, more, path]));
        parts.push(local);
        offset += local.length;
    }
    const list = Buffer.concat(directory);
    const end = Buffer.alloc(18);
    end.writeUInt16LE(directory.length, 4);
    end.writeUInt16LE(directory.length, 6);
    end.writeUInt32LE(list.length, 8);
    end.writeUInt32LE(offset, 12);
    return Buffer.concat([...parts, list, Buffer.from('PK\x05\x06'), end]);
}
