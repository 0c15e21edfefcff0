// For Node: events and content in folders. A page keeps events in localStorage instead.
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as files from 'node:fs/promises';
import * as path from 'node:path';

const kept_free = 64 << 20;

/** A Store of events: one file a batch, whole or not there. */
export class FolderStore {
    /** @param {string} folder this headset's alone */
    constructor(folder) {
        this.folder = folder;
        fs.mkdirSync(folder, { recursive: true });
    }

    get length() {
        return this.names().length;
    }

    /** @param {number} index @returns {string | null} */
    key(index) {
        const name = this.names()[index];
        return name === undefined ? null : name.slice(0, -'.json'.length);
    }

    /** @param {string} key @returns {string | null} */
    getItem(key) {
        try {
            return fs.readFileSync(this.place(key), 'utf8');
        } catch {
            return null;
        }
    }

    /** @param {string} key @param {string} text */
    setItem(key, text) {
        const beside = `${this.place(key)}.new`;
        const file = fs.openSync(beside, 'w');
        try {
            fs.writeSync(file, text);
            fs.fsyncSync(file);
        } finally {
            fs.closeSync(file);
        }
        fs.renameSync(beside, this.place(key));
    }

    /** @param {string} key */
    removeItem(key) {
        fs.rmSync(this.place(key), { force: true });
    }

    /** @private */
    names() {
        return fs
            .readdirSync(this.folder)
            .filter((name) => name.endsWith('.json'))
            .sort();
    }

    /** @private @param {string} key */
    place(key) {
        return path.join(this.folder, `${key.replace(/[^\w.-]/g, '_')}.json`);
    }
}

/** A ContentStore: SHA256.part has what has arrived, SHA256.whole is complete and checked. */
export class FolderContent {
    /** @param {string} folder this headset's alone */
    constructor(folder) {
        this.folder = folder;
        fs.mkdirSync(folder, { recursive: true });
        /** @private @type {Record<string, string>} */
        this.addresses = {};
        try {
            this.addresses = JSON.parse(fs.readFileSync(path.join(folder, 'names.json'), 'utf8'));
        } catch {
            // the next content.fetch names everything again
        }
    }

    /** The whole file of this address, as a lesson's `content` names it, or null. @param {string} address */
    find(address) {
        const file = this.at(this.addresses[address] ?? '', 'whole');
        return fs.existsSync(file) ? file : null;
    }

    /** @returns {Promise<{ sha256: string; size: number }[]>} */
    async whole() {
        const names = (await files.readdir(this.folder)).filter((name) => name.endsWith('.whole'));
        return Promise.all(
            names.map(async (name) => ({
                sha256: name.slice(0, -'.whole'.length),
                size: (await files.stat(path.join(this.folder, name))).size,
            })),
        );
    }

    /** @param {string} sha256 @returns {Promise<number>} */
    async have(sha256) {
        return (await files.stat(this.at(sha256, 'part')).catch(() => ({ size: 0 }))).size;
    }

    /** @param {string} sha256 @param {Uint8Array} bytes @returns {Promise<void>} */
    append(sha256, bytes) {
        return files.appendFile(this.at(sha256, 'part'), bytes);
    }

    /** @param {string} sha256 @returns {Promise<void>} */
    clear(sha256) {
        return files.rm(this.at(sha256, 'part'), { force: true });
    }

    /** @param {string} sha256 @returns {Promise<boolean>} */
    async finish(sha256) {
        const part = this.at(sha256, 'part');
        await files.appendFile(part, ''); // an empty file has never arrived
        const sum = createHash('sha256');
        for await (const some of fs.createReadStream(part)) sum.update(some);
        if (sum.digest('hex') !== sha256) return false;
        await files.rename(part, this.at(sha256, 'whole'));
        return true;
    }

    /** Deletes the oldest that nobody wants now, until there is room.
        @param {number} bytes @param {string[]} wanted @returns {Promise<boolean>} */
    async make_room(bytes, wanted) {
        const old = (await this.whole()).filter(({ sha256 }) => !wanted.includes(sha256));
        const age = new Map(old.map(({ sha256 }) => [sha256, fs.statSync(this.at(sha256, 'whole')).mtimeMs]));
        old.sort((a, b) => (age.get(a.sha256) ?? 0) - (age.get(b.sha256) ?? 0));
        while (true) {
            const { bavail, bsize } = await files.statfs(this.folder);
            if (bavail * bsize >= bytes + kept_free) return true;
            const gone = old.shift();
            if (!gone) return false;
            await files.rm(this.at(gone.sha256, 'whole'), { force: true });
        }
    }

    /** @param {Record<string, string>} addresses @returns {Promise<void>} */
    async name(addresses) {
        this.addresses = { ...this.addresses, ...addresses };
        const file = path.join(this.folder, 'names.json');
        // In one step, because the next list may come while this one is written.
        fs.writeFileSync(`${file}.new`, JSON.stringify(this.addresses));
        fs.renameSync(`${file}.new`, file);
    }

    /** @private @param {string} sha256 @param {string} kind */
    at(sha256, kind) {
        return path.join(this.folder, `${sha256}.${kind}`);
    }
}
